import { randomUUID } from 'node:crypto';
import type { Happenings, UntilOptions } from '../happenings.ts';
import type { HostLink, ReceivedFrame, ToHost } from './host-link.ts';

/** A JSON-RPC message as Codex writes it; whoever reads a field looks at what it is. */
export interface JsonRpc {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly [field: string]: unknown;
}

export interface InjectedStreamOptions {
  /** Default: a fresh random id. */
  readonly clientId?: string;
  /** Default: a fresh random id. */
  readonly streamId?: string;
}

/**
 * A controller's stream, injected at the relay's side of a host's link: no controller and no device key is needed to talk to the host.
 * What it sends goes over the newest live link; what it receives is put in order and freed of repeats by seq.
 */
export class InjectedStream {
  readonly clientId: string;
  readonly streamId: string;
  /** Messages from the host, each once. */
  readonly messages: JsonRpc[] = [];
  /** Statuses of the pongs received. */
  readonly pongs: unknown[] = [];
  /** Every frame with its seq, repeats included. */
  readonly frames: ReceivedFrame[] = [];
  readonly #link: () => HostLink | undefined;
  readonly #happenings: Happenings;
  readonly #chunks = new Map<number, string>();
  #seq = 0;
  #requests = 0;
  #lastSeq = 0;

  constructor(link: () => HostLink | undefined, happenings: Happenings, options: InjectedStreamOptions = {}) {
    this.#link = link;
    this.#happenings = happenings;
    this.clientId = options.clientId ?? `cli_${randomUUID().replaceAll('-', '')}`;
    this.streamId = options.streamId ?? randomUUID();
  }

  /** The next `client_message` envelope with this message, unsent: to be sent twice, late, or never. */
  envelope(message: JsonRpc, extra: ToHost = {}): ToHost {
    this.#seq += 1;
    const { clientId: client_id, streamId: stream_id } = this;
    return { type: 'client_message', client_id, stream_id, seq_id: this.#seq, message, ...extra };
  }

  send(message: JsonRpc, extra: ToHost = {}): void {
    this.#deliver(this.envelope(message, extra));
  }

  /** Sends a request and waits for its response, which may come over a later link. */
  async request(method: string, params: unknown = {}, options: UntilOptions = {}): Promise<JsonRpc> {
    this.#requests += 1;
    const id = `injected-${this.#requests}`;
    this.send({ id, method, params });
    const isResponse = (message: JsonRpc) => message.id === id && message.method === undefined;
    return this.#happenings.until(() => this.messages.find(isResponse), {
      what: `the response to ${method}`,
      ...options,
    });
  }

  ping(): void {
    this.#deliver({ type: 'ping', client_id: this.clientId, stream_id: this.streamId, state: 'foreground' });
  }

  close(): void {
    this.#deliver({ type: 'client_closed', client_id: this.clientId, stream_id: this.streamId });
  }

  /** Takes a frame that a host sent for this stream; the authority calls it. */
  receive(frame: ReceivedFrame): void {
    this.frames.push(frame);
    const { type, seq_id = 0, message, status } = frame.envelope;
    if (seq_id <= this.#lastSeq) return;
    if (type === 'server_message_chunk') {
      this.#receiveChunk(seq_id, frame.envelope);
      return;
    }
    this.#lastSeq = seq_id;
    if (type === 'pong') this.pongs.push(status);
    else if (type === 'server_message') this.messages.push(asMessage(message));
  }

  #receiveChunk(seq: number, envelope: ReceivedFrame['envelope']): void {
    const { segment_id: segment = 0, segment_count: count, message_chunk_base64: chunk } = envelope;
    this.#chunks.set(segment, String(chunk));
    if (this.#chunks.size !== count) return;
    const parts = [...this.#chunks].sort(([a], [b]) => a - b).map(([, part]) => Buffer.from(part, 'base64'));
    this.#chunks.clear();
    this.#lastSeq = seq;
    this.messages.push(asMessage(JSON.parse(Buffer.concat(parts).toString('utf8'))));
  }

  #deliver(envelope: ToHost): void {
    const link = this.#link();
    if (link === undefined) throw new Error('No host is connected; wait for a link before talking to it.');
    link.send(envelope);
  }
}

function asMessage(value: unknown): JsonRpc {
  if (typeof value !== 'object' || value === null) throw new Error(`A host sent a message that is no object: ${value}`);
  return Object.fromEntries(Object.entries(value));
}
