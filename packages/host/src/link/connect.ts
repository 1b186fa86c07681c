import type { Egress } from '@holdfast/egress';
import type { Clock } from '@holdfast/lease';
import { Connection } from './connection.ts';
import { type Handshake, type HandshakeRequest, shakeHands } from './handshake.ts';

/** `stopped`: this side ended it. `no-pong`: nothing came back. `closed`: the relay closed it, in order. `broken`: anything else. */
export type LostReason = 'stopped' | 'no-pong' | 'closed' | 'broken';

export interface ConnectionEvents {
  onText(text: string): void;
  /** Once, when it is over. `why` is for a person, `reason` for counting; `retryAfterMs`: the relay asked to be left alone for so long. */
  onClose(why: string, reason?: LostReason, retryAfterMs?: number | null): void;
}

/** A connection that somebody holds. */
export interface LinkConnection {
  /** Sends what there is to send. */
  pump(): void;
  /** It may be dead: it has to answer soon, or is given up. */
  doubt(): void;
  /** Ends it in order, or without it when the other side does not answer. What still comes in is not told. */
  close(why: string): void;
}

/** A handshake that succeeded. One of the two is called, once. */
export interface OpenLink {
  readonly kind: 'open';
  /** @param next gives the next frame to send, or null; asked again after `pump()` and whenever the network has taken something */
  hold(next: () => string | null, events: ConnectionEvents): LinkConnection;
  /** Nobody wants it any more. */
  discard(): void;
}

export type ConnectOutcome = OpenLink | Exclude<Handshake, { readonly kind: 'open' }>;

/** How a link reaches its relay: one try. Never rejects; ends soon after `signal` aborts. */
export type Connect = (request: HandshakeRequest, signal: AbortSignal) => Promise<ConnectOutcome>;

/** Over a websocket of its own, kept alive by a heartbeat (docs/protocol.md §3). */
export function overWebSocket(clock: Clock, egress?: Pick<Egress, 'agentFor'>): Connect {
  return async (request, signal) => {
    const outcome = await shakeHands(request, signal, egress);
    if (outcome.kind !== 'open') return outcome;
    const { socket } = outcome;
    return {
      kind: 'open',
      hold: (next, events) => new Connection(socket, clock, next, events),
      discard: () => socket.terminate(),
    };
  };
}
