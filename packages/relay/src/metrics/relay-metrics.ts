import { ProcessMetrics } from '@holdfast/local-socket/metrics';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchStored } from '../journal.ts';
import type { AdmissionSnapshot } from '../pressure/index.ts';
import type { StreamState } from '../streams.ts';
import type { Access } from './access-log.ts';

const STREAM_STATES: readonly StreamState[] = ['open', 'closed', 'reset'];
/** From what is in memory to what times out, in seconds. */
const DURATIONS = [0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 30];
const COMMIT_DURATIONS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1];
const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

/** How things are at the moment of a look. */
export interface RelayNow {
  readonly hosts: { readonly linked: number; readonly online: number };
  readonly links: number;
  readonly streams: Readonly<Record<StreamState, number>>;
  readonly mail: { readonly frames: number; readonly bytes: number };
  readonly pressure: AdmissionSnapshot;
  readonly loopDelayMs: number;
  readonly ready: boolean;
}

/**
 * What a relay counts, for Prometheus (docs/operations.md, "Metrics of a relay"). No label has a value that a peer chooses: routes are those
 * that the relay has, and reasons are its own error codes.
 */
export class RelayMetrics {
  readonly #registry = new Registry();
  readonly #process = new ProcessMetrics(this.#registry);
  readonly #ready = this.#gauge('ready', '1 while what arrives can be stored and the relay is not stopping.');
  readonly #links = this.#gauge('links', 'Open links.', ['kind']);
  readonly #online = this.#gauge('hosts_online', 'Linked hosts that answer.');
  readonly #streams = this.#gauge('streams', 'Streams that are remembered.', ['state']);
  readonly #mailFrames = this.#gauge('mail_frames', 'Frames on disk that wait for a peer.');
  readonly #mailBytes = this.#gauge('mail_bytes', 'Bytes of those frames.');
  readonly #commits = this.#histogram('commit_duration_seconds', 'Transactions.', COMMIT_DURATIONS);
  readonly #batches = this.#histogram('commit_writes', 'Writes in one transaction.', BATCHES);
  readonly #failed = this.#counter('commits_failed_total', 'Transactions that could not be stored.');
  readonly #requests = this.#histogram('http_request_duration_seconds', 'Requests.', DURATIONS, [
    'method',
    'route',
    'status',
  ]);
  readonly #handshakes = this.#counter('handshakes_total', 'Websockets that were asked for.', ['route', 'status']);
  /** Links since the last look, by their route. There may be ten thousand of them within a second, which labels would take long to tell apart. */
  readonly #linked = new Map<string, number>();
  readonly #refused = this.#counter('refused_total', 'Requests and handshakes that were refused.', ['reason']);
  readonly #admitted = this.#counter('admitted_total', 'Admissions under pressure.', ['kind', 'outcome']);
  readonly #capacity = this.#gauge('admission_capacity_per_second', 'Admissions that the relay is good for.');
  readonly #inFlight = this.#gauge('admissions_in_flight', 'Admitted and not finished.');
  readonly #backlog = this.#gauge('admission_backlog_seconds', 'How long the last of those will have waited.');
  readonly #slots = this.#gauge('admission_slots', 'Callers who were told when to come back.');
  readonly #loopDelay = this.#gauge('event_loop_delay_seconds', 'How late the event loop was lately, at its worst.');

  /** The text that Prometheus reads. */
  async read(now: RelayNow): Promise<string> {
    const { hosts, links, streams, mail, pressure } = now;
    this.#ready.set(Number(now.ready));
    this.#links.set({ kind: 'host' }, hosts.linked);
    this.#links.set({ kind: 'controller' }, Math.max(0, links - hosts.linked));
    this.#online.set(hosts.online);
    for (const state of STREAM_STATES) this.#streams.set({ state }, streams[state]);
    this.#mailFrames.set(mail.frames);
    this.#mailBytes.set(mail.bytes);
    this.#loopDelay.set(now.loopDelayMs / 1000);
    this.#capacity.set(pressure.perSecond);
    this.#inFlight.set(pressure.inFlight);
    this.#backlog.set(pressure.backlogMs / 1000);
    this.#slots.set(pressure.slots);
    for (const [route, count] of this.#linked) this.#handshakes.inc({ route, status: '101' }, count);
    this.#linked.clear();
    this.#admitted.reset();
    for (const outcome of ['admitted', 'deferred'] as const)
      for (const [kind, count] of Object.entries(pressure[outcome])) this.#admitted.inc({ kind, outcome }, count);
    await this.#process.look();
    return this.#registry.metrics();
  }

  /** One transaction, stored or not. */
  stored({ writes, ms, failed }: BatchStored): void {
    this.#batches.observe(writes);
    this.#commits.observe(ms / 1000);
    if (failed) this.#failed.inc();
  }

  /** One request or handshake, answered. */
  answered({ kind, route, status, ms, code }: Omit<Access, 'method'>, method: string): void {
    if (status === 101 && route !== null) {
      this.#linked.set(route, (this.#linked.get(route) ?? 0) + 1);
      return;
    }
    const where = { route: route ?? 'none', status: String(status) };
    if (kind === 'handshake') this.#handshakes.inc(where);
    else this.#requests.observe({ ...where, method }, ms / 1000);
    if (code !== null) this.#refused.inc({ reason: code });
  }

  #gauge<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    return new Gauge({ ...this.#named(name, help), labelNames: [...labelNames] });
  }

  #counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({ ...this.#named(name, help), labelNames: [...labelNames] });
  }

  #histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly Label[] = [],
  ): Histogram<Label> {
    return new Histogram({ ...this.#named(name, help), labelNames: [...labelNames], buckets: [...buckets] });
  }

  #named(name: string, help: string) {
    return { name: `holdfast_relay_${name}`, help, registers: [this.#registry] };
  }
}
