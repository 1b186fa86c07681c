import {
  closeHintOf,
  connectionPayload,
  DEVICE_KEY_ALGORITHM,
  type DeviceKey,
  limits,
  parseBody,
  SocketChallenge,
  type SocketProof,
  sign,
} from '@holdfast/wire';
import type { Clock } from './clock.ts';
import { ControllerError } from './errors.ts';

export interface SocketEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  /** Of an error; browsers tell none. */
  readonly message?: string;
}

/** What is used of a `WebSocket`. */
export interface SocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: SocketEvent) => void): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => SocketLike;

const OPEN = 1;

/** One websocket that has proven whose it is. */
export interface Link {
  /** False when the socket is no longer open: nothing was sent. */
  send(frame: string): boolean;
  close(code: number, reason: string): void;
}

export interface LinkOptions {
  readonly WebSocket: WebSocketConstructor;
  readonly url: string;
  readonly protocols: string[];
  readonly clientId: string;
  readonly deviceKey: DeviceKey;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFrame: (text: string) => void;
  /**
   * Called once, and only for a link that was opened. `code` is the relay's; null where this side ended it. `retryAfterMs`: for how long
   * the relay asked to be left alone; null where it did not.
   */
  readonly onClose: (why: string, code: number | null, retryAfterMs: number | null) => void;
}

/** How the relay ended a link. */
interface Theirs {
  readonly code: number | null;
  readonly retryAfterMs: number | null;
}
const NOT_THEIRS: Theirs = { code: null, retryAfterMs: null };

/** Opens a websocket and answers its challenge (docs/protocol.md §6). No accept frame follows: with the proof sent it is open. */
export function openLink(options: LinkOptions): Promise<Link> {
  const { clock, signal } = options;
  return new Promise((resolve, reject) => {
    const socket = new options.WebSocket(options.url, options.protocols);
    let phase: 'opening' | 'proving' | 'open' | 'closed' = 'opening';
    const link: Link = {
      send(frame) {
        if (socket.readyState !== OPEN) return false;
        socket.send(frame);
        return true;
      },
      close: (code, reason) => end(code, reason, reason),
    };

    const end = (code: number, reason: string, why: string, theirs: Theirs = NOT_THEIRS) => {
      const before = phase;
      phase = 'closed';
      timer.cancel();
      signal.removeEventListener('abort', abandon);
      socket.close(code, reason);
      if (before === 'open') options.onClose(why, theirs.code, theirs.retryAfterMs);
      else if (before !== 'closed') reject(new ControllerError('ERR_CONTROLLER_NETWORK', why));
    };
    const abandon = () => end(1000, 'not needed any more', 'The attempt was given up.');
    const timer = clock.setTimer(limits.httpTimeoutMs, () =>
      end(1000, 'no challenge in time', `The relay sent no challenge within ${limits.httpTimeoutMs / 1000} s.`),
    );
    signal.addEventListener('abort', abandon, { once: true });
    if (signal.aborted) return abandon();

    const prove = async (text: unknown) => {
      phase = 'proving';
      try {
        const proof = await answer(text, options);
        if (phase !== 'proving') return;
        phase = 'open';
        timer.cancel();
        signal.removeEventListener('abort', abandon);
        socket.send(JSON.stringify(proof));
        resolve(link);
      } catch (error) {
        end(1000, 'challenge not accepted', error instanceof Error ? error.message : String(error));
      }
    };

    socket.addEventListener('message', ({ data }) => {
      if (phase === 'opening') void prove(data);
      else if (phase === 'open' && typeof data === 'string') options.onFrame(data);
    });
    let failure = '';
    socket.addEventListener('close', ({ code, reason }) => {
      if (failure !== '' && code === 1006)
        return end(1000, '', `The link failed: ${failure}`, { code, retryAfterMs: null });
      const words = reason === undefined || reason === '' ? `code ${code ?? 'unknown'}` : `${code}: ${reason}`;
      end(1000, '', `The relay closed the link (${words}).`, {
        code: code ?? null,
        retryAfterMs: closeHintOf(reason ?? ''),
      });
    });
    socket.addEventListener('error', ({ message }) => {
      failure = message ?? ''; // told with the close that follows
    });
  });
}

async function answer(text: unknown, { clientId, deviceKey }: LinkOptions): Promise<SocketProof> {
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch {
    value = undefined;
  }
  const challenge = parseBody(SocketChallenge, value, "The relay's challenge");
  if (challenge.clientId !== clientId) throw new Error("The relay's challenge is meant for another device.");
  const signature = await sign(deviceKey.privateKey, connectionPayload(challenge));
  return {
    type: 'device_key_proof',
    keyId: deviceKey.identity.key_id,
    signatureDerBase64: signature.signature_der_base64,
    signedPayloadBase64: signature.signed_payload_base64,
    algorithm: DEVICE_KEY_ALGORITHM,
  };
}
