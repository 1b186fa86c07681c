import type { Clock, Lease } from '@holdfast/lease';
import { ProcessMetrics } from '@holdfast/local-socket/metrics';
import type { HostStatus } from '@holdfast/wire';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AgentCounts } from '../agent/agents.ts';
import type { Connect, LinkConnection, OpenLink } from '../link/connect.ts';

const LINK_STATES = ['off', 'waiting-for-token', 'connecting', 'connected', 'waiting'] as const;
const LEASE_STATES = ['fresh', 'due', 'required', 'deferred'] as const;
/** From loopback to what times out, in seconds. */
const DURATIONS = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30];

/** What a host counts, for Prometheus (docs/operations.md, "Metrics"). Nothing runs for it between two looks. */
export class HostMetrics {
  readonly #clock: Clock;
  readonly #registry = new Registry();
  readonly #process = new ProcessMetrics(this.#registry);
  readonly #linkState = this.#gauge('link_state', 'The state of the link: 1 for the one it is in.', ['state']);
  readonly #nextAttempt = this.#gauge('link_next_attempt_timestamp_seconds', 'When the link is tried next.');
  readonly #handshakes = this.#histogram('handshake_duration_seconds', 'Handshakes of the link.', ['outcome']);
  readonly #lost = this.#counter('link_lost_total', 'Connections that ended.', ['reason']);
  readonly #frames = this.#counter('frames_total', 'Frames over the link.', ['direction']);
  readonly #frameBytes = this.#counter('frame_bytes_total', 'Bytes of those frames.', ['direction']);
  readonly #refreshes = this.#histogram('refresh_duration_seconds', 'Requests for a server token.', ['answer']);
  readonly #answers = this.#counter('refresh_http_answers_total', 'Their HTTP answers.', ['status']);
  readonly #leaseState = this.#gauge('lease_state', 'The state of the lease: 1 for the one it is in.', ['state']);
  readonly #expiry = this.#gauge('token_expiry_timestamp_seconds', 'When the server token expires.');
  readonly #retryAt = this.#gauge('lease_deadline_timestamp_seconds', 'When the relay may be asked for a token again.');
  readonly #leaseCalls = this.#counter('lease_calls_total', 'What became of calls for a token.', ['kind']);
  readonly #streams = this.#gauge('streams', 'Open streams.', ['kind']);
  readonly #stopped = this.#gauge('streams_stopped', 'Streams whose controller does not ack.');
  readonly #unacked = this.#gauge('unacked_frames', 'Frames that open streams keep until they are acked.');
  readonly #agents = this.#counter('agents_total', 'Agents that were started, and what became of them.', ['event']);
  readonly #agentFailures = this.#gauge('agent_failures', 'Agents in a row that failed soon after their start.');
  /** By the monotonic clock; null while no request is under way. */
  #refreshingSince: number | null = null;

  constructor(clock: Clock, version: string) {
    this.#clock = clock;
    this.#gauge('info', 'The host itself.', ['version']).set({ version }, 1);
  }

  /** The text that Prometheus reads. */
  async read(status: HostStatus, agents: AgentCounts): Promise<string> {
    const { link, lease, streams } = status;
    for (const state of LINK_STATES) this.#linkState.set({ state }, Number(state === link.state));
    for (const state of LEASE_STATES) this.#leaseState.set({ state }, Number(state === lease.state));
    setMoment(this.#nextAttempt, link.nextAttemptAt);
    setMoment(this.#expiry, lease.expiresAt);
    setMoment(this.#retryAt, lease.retryAt);
    setCounts(this.#leaseCalls, 'kind', lease.counts);
    setCounts(this.#agents, 'event', agents);
    this.#agentFailures.set(status.agent.failures);
    const managing = streams.filter(({ management }) => management).length;
    this.#streams.set({ kind: 'agent' }, streams.length - managing);
    this.#streams.set({ kind: 'management' }, managing);
    this.#stopped.set(streams.filter(({ stopped }) => stopped).length);
    this.#unacked.set(streams.reduce((sum, { unacked }) => sum + unacked, 0));
    await this.#process.look();
    return this.#registry.metrics();
  }

  followLease(lease: Lease): void {
    lease.on('refresh-started', () => {
      this.#refreshingSince = this.#clock.monotonic();
    });
    lease.on('refreshed', ({ by, answer }) => {
      if (by === 'refresh' || by === 'reenroll') this.#answered('success', answer?.status ?? null);
    });
    lease.on('refresh-failed', ({ kind, answer }) => this.#answered(kind, answer?.status ?? null));
  }

  /** The same way to connect, with everything counted that goes over it. */
  counted(connect: Connect): Connect {
    return async (request, signal) => {
      const startedAt = this.#clock.monotonic();
      const outcome = await connect(request, signal);
      this.#handshakes.observe({ outcome: outcome.kind }, this.#secondsSince(startedAt));
      return outcome.kind === 'open' ? this.#countedLink(outcome) : outcome;
    };
  }

  #countedLink(link: OpenLink): OpenLink {
    return {
      ...link,
      hold: (next, events): LinkConnection =>
        link.hold(
          () => {
            const frame = next();
            if (frame !== null) this.#count('out', frame);
            return frame;
          },
          {
            onText: (text) => {
              this.#count('in', text);
              events.onText(text);
            },
            onClose: (why, reason, retryAfterMs) => {
              this.#lost.inc({ reason: reason ?? 'unknown' });
              events.onClose(why, reason, retryAfterMs);
            },
          },
        ),
    };
  }

  #count(direction: 'in' | 'out', frame: string): void {
    this.#frames.inc({ direction });
    this.#frameBytes.inc({ direction }, Buffer.byteLength(frame));
  }

  #answered(answer: string, status: number | null): void {
    if (this.#refreshingSince !== null) this.#refreshes.observe({ answer }, this.#secondsSince(this.#refreshingSince));
    this.#refreshingSince = null;
    if (status !== null) this.#answers.inc({ status: String(status) });
  }

  #secondsSince(monotonic: number): number {
    return (this.#clock.monotonic() - monotonic) / 1000;
  }

  #gauge<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    return new Gauge({ ...this.#named(name, help), labelNames: [...labelNames] });
  }

  #counter<Label extends string = never>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ ...this.#named(name, help), labelNames: [...labelNames] });
  }

  #histogram<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Histogram<Label> {
    return new Histogram({ ...this.#named(name, help), labelNames: [...labelNames], buckets: DURATIONS });
  }

  #named(name: string, help: string) {
    return { name: `holdfast_host_${name}`, help, registers: [this.#registry] };
  }
}

/** Without a moment there is no value, rather than one that means none. */
function setMoment(gauge: Gauge, moment: string | null): void {
  if (moment === null) gauge.remove();
  else gauge.set(Date.parse(moment) / 1000);
}

/** Takes over what somebody else counts. */
function setCounts<Label extends string>(counter: Counter<Label>, label: Label, counts: object): void {
  counter.reset();
  for (const [name, count] of Object.entries(counts)) {
    const labels = { [label]: name } as Partial<Record<Label, string>>; // one label, of the counter's own
    if (typeof count === 'number') counter.inc(labels, count);
  }
}
