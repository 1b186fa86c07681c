import type { Egress } from '@holdfast/egress';
import { type Clock, systemClock } from '@holdfast/lease';
import {
  type ClientList,
  type ClientListParams,
  type CodeChoice,
  type HostStatus,
  type PairingStartResult,
  parseToHost,
  type StatusReadResult,
  WireError,
} from '@holdfast/wire';
import type { Logger } from 'pino';
import type { AgentSource } from './agent/agent.ts';
import type { CredentialSource } from './credentials.ts';
import { EndpointDeadline, type EndpointDeadlineOptions } from './gate/endpoint-deadline.ts';
import { followLease, logDeadlines, logLink, logStream } from './host-log.ts';
import { reconnectDelay } from './link/backoff.ts';
import { overWebSocket } from './link/connect.ts';
import { Link } from './link/link.ts';
import { Surroundings } from './link/surroundings.ts';
import { LeaseHistory } from './management/lease-history.ts';
import { Management } from './management/management.ts';
import { HostMetrics } from './metrics/host-metrics.ts';
import { RelayApi } from './relay-api.ts';
import { RelayCalls } from './relay-calls.ts';
import { ServerToken } from './server-token.ts';
import { type HostState, openHostState } from './state.ts';
import { composeStatus } from './status.ts';
import { type StreamEvent, Streams } from './stream/streams.ts';

export interface HostOptions {
  /** A normalized base URL (`normalizeBase`). */
  readonly relay: string;
  readonly dataDir: string;
  /** What controllers see this machine as. */
  readonly name: string;
  readonly agent: AgentSource;
  readonly credentials: CredentialSource;
  readonly logger: Logger;
  readonly version: string;
  /** Methods of the control socket that controllers may call, too, beside those that only look. */
  readonly controllersMay?: readonly string[];
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Default: straight to the relay, by Node's own means. */
  readonly egress?: Pick<Egress, 'fetch' | 'agentFor'>;
}

/** One machine, kept reachable: its token, its link, its streams and their agents. */
export class Host {
  /** What happened to its token and its link lately. */
  readonly history: LeaseHistory;
  readonly #options: HostOptions;
  readonly #clock: Clock;
  readonly #state: HostState;
  readonly #token: ServerToken;
  readonly #calls: RelayCalls;
  readonly #streams: Streams;
  readonly #link: Link;
  readonly #metrics: HostMetrics;
  readonly #closing = new AbortController();
  readonly #watchers = new Set<() => void>();
  #cursor: string | null = null;
  #keepingFresh: { stop(): void } | null = null;
  #enabled = false;
  #closed: Promise<void> | null = null;

  /** Opens the data folder; nothing is sent before `start()`. @throws DataFolderError */
  constructor(options: HostOptions) {
    const { relay, name, version, logger } = options;
    const fetch = options.egress?.fetch ?? globalThis.fetch;
    const random = options.random ?? Math.random;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#state = openHostState(options.dataDir);
    const caller = { relay, serverName: name, installationId: this.#state.installationId, version };
    this.#token = new ServerToken({
      caller,
      state: this.#state,
      credentials: options.credentials,
      fetch,
      clock: this.#clock,
      random,
      onAccountChange: () => this.#forgetLink('the account changed'),
    });
    const deadlineOf = (endpoint: string, backoff?: EndpointDeadlineOptions['backoff']) =>
      new EndpointDeadline({
        endpoint,
        store: this.#state.deadlines(`${endpoint} ${relay}`),
        clock: this.#clock,
        random,
        ...(backoff === undefined ? {} : { backoff }),
        ...logDeadlines(logger),
      });
    this.#calls = new RelayCalls({
      api: new RelayApi(caller, fetch),
      tokens: this.#token.lease,
      account: () => this.#token.account(),
      identity: () => this.#token.identity(),
      deadlineOf,
      clock: this.#clock,
      signal: this.#closing.signal,
    });
    this.history = new LeaseHistory(() => this.#clock.wall());
    this.history.follow(this.#token.lease);
    this.#metrics = new HostMetrics(this.#clock, version);
    this.#metrics.followLease(this.#token.lease);
    this.#streams = new Streams({
      agent: options.agent,
      management: new Management({ host: this, version, logger, controllersMay: options.controllersMay ?? [] }),
      clock: this.#clock,
      onOutgoing: () => this.#link.pump(),
      onEvent: (event) => this.#onStreamEvent(event),
    });
    this.#link = new Link({
      lease: this.#token.lease,
      deadline: deadlineOf('connecting', (failures) => reconnectDelay(failures - 1, random)),
      clock: this.#clock,
      random,
      connect: this.#metrics.counted(overWebSocket(this.#clock, options.egress)),
      watchSurroundings: (onChange) => new Surroundings(this.#clock, onChange),
      describe: () => {
        const identity = this.#token.identity();
        if (identity === null) return null;
        return {
          relay,
          serverId: identity.serverId,
          serverName: name,
          installationId: caller.installationId,
          cursor: this.#cursor,
        };
      },
      onConnected: () => this.#streams.rewind(),
      next: () => this.#streams.next(),
      onText: (text) => this.#onText(text),
      onChange: (status) => {
        logLink(logger, status);
        this.history.link(status);
        this.#changed();
      },
    });
    followLease(logger, this.#token.lease, () => this.#changed());
  }

  /** Absolute path of its data folder. */
  get dir(): string {
    return this.#state.dir;
  }

  /** Connects, unless it was switched off before. */
  start(): void {
    if (this.#state.enabled) this.#switchOn();
  }

  status(): HostStatus {
    return composeStatus({
      serverName: this.#options.name,
      installationId: this.#state.installationId,
      environmentId: this.#token.identity()?.environmentId ?? null,
      relay: this.#options.relay,
      enabled: this.#enabled,
      link: this.#link.status,
      lease: this.#token.lease.snapshot(),
      agent: this.#streams.agent(),
      streams: this.#streams.status(),
      endedStreams: this.#streams.ended(),
      credentials: this.#options.credentials.description,
      now: { wall: this.#clock.wall(), monotonic: this.#clock.monotonic() },
    });
  }

  /** What it counts, as Prometheus reads it. */
  metrics(): Promise<string> {
    return this.#metrics.read(this.status(), this.#streams.agentCounts());
  }

  /** Calls `listener` after every change of the status. Returns what ends that. */
  watch(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  enable(): StatusReadResult {
    this.#state.enabled = true;
    this.#switchOn();
    return this.status();
  }

  async disable(): Promise<StatusReadResult> {
    this.#state.enabled = false;
    await this.#switchOff('remote control was switched off');
    return this.status();
  }

  startPairing(manualCode: boolean): Promise<PairingStartResult> {
    return this.#calls.startPairing(manualCode);
  }

  pairingStatus(code: CodeChoice): Promise<{ claimed: boolean }> {
    return this.#calls.pairingStatus(code);
  }

  clients(params: ClientListParams): Promise<ClientList> {
    return this.#calls.clients(params);
  }

  revokeClient(environmentId: string, clientId: string): Promise<void> {
    return this.#calls.revokeClient(environmentId, clientId);
  }

  /** Ends the link, the agents and every wait, and lets go of the folder. Takes as long as an agent takes to end, 6 seconds at most. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort(new Error('The host is stopping.'));
    await this.#switchOff('the host is stopping');
    this.#token.close();
    this.#watchers.clear();
    this.#state.close();
  }

  #switchOn(): void {
    if (this.#enabled || this.#closing.signal.aborted) return;
    this.#enabled = true;
    this.#keepingFresh = this.#token.lease.keepFresh();
    this.#link.start();
    this.#changed();
  }

  async #switchOff(why: string): Promise<void> {
    this.#enabled = false;
    this.#keepingFresh?.stop();
    this.#keepingFresh = null;
    // Nothing comes in once the link is closing, and the agents need not wait for its end.
    const linkEnds = this.#link.stop(why);
    await Promise.all([linkEnds, this.#forgetStreams(why)]);
    this.#changed();
  }

  /** Without its streams it is as good as a new process. */
  async #forgetStreams(why: string): Promise<void> {
    this.#cursor = null;
    await this.#streams.closeAll(why);
  }

  #forgetLink(why: string): void {
    this.#link.drop(why);
    void this.#forgetStreams(why); // never rejects
  }

  #onText(text: string): void {
    try {
      const envelope = parseToHost(text);
      this.#streams.take(envelope, text);
      if (envelope.cursor !== undefined && isHeaderSafe(envelope.cursor)) this.#cursor = envelope.cursor;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#options.logger.warn({ code: error.code }, `dropped a frame of the relay: ${error.message}`);
    }
  }

  #onStreamEvent(event: StreamEvent): void {
    logStream(this.#options.logger, event);
    if (event.type !== 'warning') this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** A cursor goes back in a header; one that cannot is worth nothing. */
function isHeaderSafe(cursor: string): boolean {
  return /^[\x21-\x7e]+$/.test(cursor);
}
