import {
  Assembler,
  type EnvironmentItem,
  parseToController,
  paths,
  socketEndpoint,
  TICKET_SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
  type TicketRequest,
  TicketResponse,
  type ToController,
} from '@holdfast/wire';
import type { Timer } from './clock.ts';
import { Connection, type LinkHandlers } from './connection.ts';
import { asControllerError, ControllerError } from './errors.ts';
import { type ConnectionState, type ControllerEvents, Listeners } from './events.ts';
import { type ConnectOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { randomId } from './random-id.ts';
import { RelayApi } from './relay-api.ts';
import { RelayCalls } from './relay-calls.ts';
import { SessionToken } from './session-token.ts';
import { type Link, openLink } from './socket.ts';
import { ControllerStream, type Stream } from './stream.ts';

/** A host closes a stream that says nothing for ten minutes; this also finds a dead link, and a host that forgot. */
const PING_EVERY_MS = 30_000;

/**
 * One link of a device to its relay, kept up until `close()`, and the streams on it. A device may have several at once, in as many
 * pages or processes; each has its own streams.
 *
 * @throws ControllerError `ERR_CONTROLLER_URL`, `ERR_CONTROLLER_UNSUPPORTED`
 */
export function connect(options: ConnectOptions): Controller {
  return new Controller(resolveOptions(options));
}

export class Controller {
  /** What a device may ask of its relay over HTTP; needs no link. */
  readonly relay: RelayCalls;
  readonly #options: ResolvedOptions;
  readonly #api: RelayApi;
  readonly #token: SessionToken;
  readonly #connection: Connection;
  readonly #listeners = new Listeners();
  readonly #assembler = new Assembler();
  readonly #streams = new Map<string, ControllerStream>();
  readonly #stopWatching: () => void;
  #pings: Timer | null = null;

  /** Use {@link connect}. */
  constructor(options: ResolvedOptions) {
    this.#options = options;
    const { base, clientId, deviceKey, clock, random, initialToken } = options;
    this.#api = new RelayApi(base, options.fetch, clock);
    this.#token = new SessionToken({ api: this.#api, clientId, deviceKey, clock, random, ...initialToken });
    this.relay = new RelayCalls(this.#api, this.#token, clientId);
    this.#connection = new Connection({
      dial: (handlers) => this.#dial(handlers),
      clock,
      random,
      onState: (state) => this.#onState(state),
      onLink: () => {
        for (const stream of this.#streams.values()) stream.resend();
      },
      onFrame: (text) => this.#onFrame(text),
    });
    this.#stopWatching = options.onOnline(() => this.#connection.hurry());
    this.#pingLater();
    this.#connection.start();
  }

  get state(): ConnectionState['state'] {
    return this.#connection.state.state;
  }

  /** The state with its reason and the moment of the next attempt. */
  get status(): ConnectionState {
    return this.#connection.state;
  }

  /** @returns a function that ends it */
  on<Name extends keyof ControllerEvents>(name: Name, listener: (event: ControllerEvents[Name]) => void): () => void {
    return this.#listeners.on(name, listener);
  }

  /** The hosts that this device is paired with. Needs no link. @throws ControllerError */
  async environments(): Promise<EnvironmentItem[]> {
    this.#requireOpen();
    return this.relay.environments();
  }

  /** A stream to one agent on a host. Nothing is sent before its first message. @throws ControllerError when closed */
  openStream(environmentId: string): Stream {
    return this.#addStream(environmentId, randomId('st'), 0);
  }

  /**
   * Takes up a stream that an earlier run of this program left open under the same `session`: what the relay kept for it comes now, and it
   * is not initialized again. If the host has let it go meanwhile, it ends as `gone`.
   *
   * @param takenUp how often it was taken up, this time included: what it says now has to come after all that it said before
   * @throws ControllerError when closed
   */
  resumeStream(environmentId: string, streamId: string, takenUp: number): Stream {
    const stream = this.#addStream(environmentId, streamId, takenUp);
    stream.ping(); // finds out whether it is still there
    return stream;
  }

  #addStream(environmentId: string, id: string, takenUp: number): ControllerStream {
    this.#requireOpen();
    const stream = new ControllerStream({
      address: { client_id: this.#options.clientId, env_id: environmentId, stream_id: id },
      takenUp,
      assembler: this.#assembler,
      clock: this.#options.clock,
      maxOutgoing: this.#options.maxOutgoing,
      maxIncoming: this.#options.maxIncoming,
      transmit: (frame, answered) => void this.#connection.send(frame, answered),
      onRoom: () => this.#connection.cycle('what was refused is wanted now'),
      onDone: () => this.#streams.delete(id),
    });
    this.#streams.set(id, stream);
    return stream;
  }

  /**
   * Says goodbye for every open stream, if there is a link, and ends everything. What has not reached the relay is lost: await
   * `stream.close()` first where that matters.
   */
  close(): void {
    if (this.state === 'closed') return;
    for (const stream of [...this.#streams.values()]) {
      void stream.close();
      stream.abandon();
    }
    this.#connection.close(null);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #dial(handlers: LinkHandlers): Promise<Link> {
    const { base, clientId, deviceKey, session, clock, WebSocket } = this.#options;
    const { value } = await this.#token.authorized((token) =>
      this.#api.call({
        method: 'POST',
        path: paths.clientTicket,
        body: { session } satisfies TicketRequest,
        answer: TicketResponse,
        as: { token, clientId },
        signal: handlers.signal,
      }),
    );
    const url = socketEndpoint(base, paths.clientSocket);
    const protocols = [TICKET_SUBPROTOCOL, `${TICKET_SUBPROTOCOL_PREFIX}${value.ticket}`];
    return openLink({ WebSocket, url, protocols, clientId, deviceKey, clock, ...handlers });
  }

  #onState(state: ConnectionState): void {
    if (state.state === 'closed') this.#release(state.error);
    this.#listeners.emit('state', state);
  }

  #release(error: ControllerError | null): void {
    this.#stopWatching();
    this.#pings?.cancel();
    this.#token.close();
    if (error !== null) for (const stream of [...this.#streams.values()]) stream.fail('revoked', error);
  }

  #onFrame(text: string): void {
    let envelope: ToController;
    try {
      envelope = parseToController(text);
    } catch (error) {
      const why = asControllerError(error).message;
      const cause = { cause: error };
      this.#listeners.emit(
        'error',
        new ControllerError('ERR_CONTROLLER_MALFORMED', `A frame was dropped: ${why}`, cause),
      );
      return;
    }
    // one of an earlier life of this device, or of one that was given up, is nobody's
    this.#streams.get(envelope.stream_id)?.receive(envelope);
  }

  #pingLater(): void {
    this.#pings = this.#options.clock.setTimer(PING_EVERY_MS, () => {
      if (this.state === 'connected') for (const stream of this.#streams.values()) stream.ping();
      this.#pingLater();
    });
  }

  #requireOpen(): void {
    const { state, error } = this.#connection.state;
    if (state === 'closed') throw error ?? new ControllerError('ERR_CONTROLLER_CLOSED', 'The controller was closed.');
  }
}
