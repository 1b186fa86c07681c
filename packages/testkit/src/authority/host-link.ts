import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** An envelope to a host, docs/protocol.md §3; whatever a test wants to say, well formed or not. */
export type ToHost = Readonly<Record<string, unknown>>;

/** An envelope from a host: the ids checked, everything else as it came. */
export interface FromHost {
  readonly type: string;
  readonly client_id: string;
  readonly stream_id?: string;
  readonly seq_id?: number;
  readonly segment_id?: number;
  readonly [field: string]: unknown;
}

export interface ReceivedFrame {
  /** In milliseconds of the authority's clock. */
  readonly at: number;
  /** The text on the wire. */
  readonly raw: string;
  readonly envelope: FromHost;
}

export interface HostLinkOptions {
  readonly socket: WebSocket;
  readonly tcp: Socket;
  readonly serverId: string;
  readonly credential: string;
  readonly headers: IncomingHttpHeaders;
  readonly now: () => number;
  /** Asked at every frame with a seq: is it acked? */
  readonly acking: () => boolean;
  readonly onFrame: (frame: ReceivedFrame) => void;
  /** Called after everything that changes what this object shows. */
  readonly onChange: () => void;
}

/** One websocket of one host, seen from the relay. */
export class HostLink {
  readonly serverId: string;
  /** Which token opened it: `token-N`. */
  readonly credential: string;
  /** Of the handshake, without the authorization. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly openedAt: number;
  /** Every frame received, acked or not, in order. */
  readonly frames: ReceivedFrame[] = [];
  /** What the host sent that is no envelope. */
  readonly violations: string[] = [];
  /** Arrival times of the host's pings. */
  readonly pings: number[] = [];
  /** Why it ended, once it has. */
  closed: { readonly at: number; readonly code: number; readonly reason: string } | undefined;
  readonly #socket: WebSocket;
  readonly #tcp: Socket;

  constructor(options: HostLinkOptions) {
    this.serverId = options.serverId;
    this.credential = options.credential;
    this.headers = options.headers;
    this.openedAt = options.now();
    this.#socket = options.socket;
    this.#tcp = options.tcp;
    this.#socket.on('message', (data, isBinary) => {
      const raw = String(data);
      const envelope = isBinary ? undefined : readEnvelope(raw);
      if (envelope === undefined) {
        this.violations.push(raw);
        options.onChange();
        return;
      }
      const frame = { at: options.now(), raw, envelope };
      this.frames.push(frame);
      if (envelope.seq_id !== undefined && options.acking()) this.send(ackOf(envelope));
      options.onFrame(frame);
      options.onChange();
    });
    this.#socket.on('ping', () => {
      this.pings.push(options.now());
      options.onChange();
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', (code, reason) => {
      this.closed = { at: options.now(), code, reason: String(reason) };
      options.onChange();
    });
  }

  get open(): boolean {
    return this.closed === undefined && this.#socket.readyState === this.#socket.OPEN;
  }

  /** The cursor that the host asked to go on from, if it did. */
  get cursor(): string | undefined {
    const value = this.headers['x-codex-subscribe-cursor'];
    return typeof value === 'string' ? value : undefined;
  }

  send(envelope: ToHost): void {
    this.sendText(JSON.stringify(envelope));
  }

  sendText(text: string): void {
    if (this.open) this.#socket.send(text);
  }

  /** Ends the connection with no close frame: a reset, or an orderly end of the TCP stream. */
  cut(how: 'reset' | 'end' = 'reset'): void {
    if (how === 'reset') this.#tcp.resetAndDestroy();
    else this.#tcp.destroy();
  }

  /** Closes as websockets do. */
  close(code = 1000, reason = ''): void {
    this.#socket.close(code, reason);
  }
}

function ackOf({ client_id, stream_id, seq_id, segment_id }: FromHost): ToHost {
  return { type: 'ack', client_id, stream_id, seq_id, ...(segment_id === undefined ? {} : { segment_id }) };
}

function readEnvelope(raw: string): FromHost | undefined {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return undefined;
  }
  return isEnvelope(value) ? value : undefined;
}

function isEnvelope(value: unknown): value is FromHost {
  if (typeof value !== 'object' || value === null) return false;
  const optional = (name: string, type: string) => [type, 'undefined'].includes(typeof Reflect.get(value, name));
  return (
    typeof Reflect.get(value, 'type') === 'string' &&
    typeof Reflect.get(value, 'client_id') === 'string' &&
    optional('stream_id', 'string') &&
    optional('seq_id', 'number') &&
    optional('segment_id', 'number')
  );
}
