import type { Duplex } from 'node:stream';
import { type Drill, type DrillEndpoint, type DrillRequest, limits } from '@holdfast/wire';
import type { Logger } from 'pino';
import type { NewAuditEntry } from '../audit.ts';
import { type Clock, every, rfc3339, type Timer } from '../clock.ts';
import { mintId, type RandomBytes, randomShare } from '../secrets.ts';
import { describeDrill, endpointsOf, saysRetryAfter } from './describe.ts';

/** Who may start and stop drills while the relay runs: nobody, its operator and the owner's account, or paired devices too. */
export type DrillPermission = 'off' | 'operator' | 'devices';

/** Who asked; both null for the relay's own machine. */
export interface DrillStarter {
  readonly address: string | null;
  readonly clientId: string | null;
}

/** Connections that are kept waiting for nothing; one more is cut at once. */
const MOST_HELD = 1_000;
const SHOUT_MS = 60_000;
/** A drill that cuts links does so at its start, and again after so long. */
const CUT_MS = 10_000;

export interface DrillsOptions {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly logger: Logger;
  readonly permission: DrillPermission;
  readonly record: (entry: NewAuditEntry) => void;
  /** The links there are. */
  readonly links: () => Iterable<{ cut(): void }>;
}

/** A drill that has met a call. */
export interface MetDrill {
  readonly drill: Drill;
  /** Leaves a connection as it is until the drill is over. */
  hold(socket: Duplex): void;
}

interface Running extends MetDrill {
  readonly starter: DrillStarter;
  readonly timers: Timer[];
  readonly held: Set<Duplex>;
  met: number;
}

/** What the relay does wrong on purpose, for a stated time and a share of the calls, so that a bad day can be rehearsed. */
export class Drills {
  readonly #options: DrillsOptions;
  readonly #running = new Map<string, Running>();

  constructor(options: DrillsOptions) {
    this.#options = options;
  }

  get permission(): DrillPermission {
    return this.#options.permission;
  }

  /** The oldest first. */
  list(): Drill[] {
    return [...this.#running.values()].map(({ drill, met }) => ({ ...drill, met }));
  }

  /** Null when as many are under way as may be. */
  start(request: DrillRequest, starter: DrillStarter): Drill | null {
    if (this.#running.size >= limits.drills) return null;
    const { clock, random } = this.#options;
    const now = clock.wall();
    const { fault, share = 1, retry_after_seconds = null, duration_seconds } = request;
    const drill: Drill = {
      id: mintId('drill_', random),
      fault,
      endpoints: endpointsOf(request),
      share,
      retry_after_seconds: saysRetryAfter(fault) ? retry_after_seconds : null,
      started_at: rfc3339(now),
      ends_at: rfc3339(now + duration_seconds * 1000),
    };
    const held = new Set<Duplex>();
    const timers = [
      clock.setTimer(duration_seconds * 1000, () => this.#end(drill.id, 'its time is over')),
      every(clock, SHOUT_MS, () => this.#shout(drill, 'goes on')),
    ];
    this.#running.set(drill.id, { drill, starter, timers, held, met: 0, hold: (socket) => hold(held, socket) });
    this.#shout(drill, 'begins');
    this.#record('drill_started', starter, drill);
    if (fault === 'cut-links') {
      timers.push(every(clock, CUT_MS, () => this.#cutLinks(drill.id)));
      this.#cutLinks(drill.id);
    }
    return drill;
  }

  /** False when there is no such drill. */
  stop(id: string): boolean {
    if (!this.#running.has(id)) return false;
    this.#end(id, 'it was stopped');
    return true;
  }

  get areUnderWay(): boolean {
    return this.#running.size > 0;
  }

  /** The drill, if any, that a call there has to bear. */
  meet(endpoint: DrillEndpoint): MetDrill | null {
    for (const running of this.#running.values()) {
      if (running.drill.endpoints.includes(endpoint) && this.#hits(running.drill)) {
        running.met += 1;
        return running;
      }
    }
    return null;
  }

  close(): void {
    for (const id of this.#running.keys()) this.#end(id, 'the relay stops');
  }

  #hits({ share }: Drill): boolean {
    return share >= 1 || randomShare(this.#options.random) < share;
  }

  #cutLinks(id: string): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    for (const link of [...this.#options.links()]) {
      if (!this.#hits(running.drill)) continue;
      running.met += 1;
      link.cut();
    }
  }

  #end(id: string, why: string): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    for (const timer of running.timers) timer.cancel();
    for (const socket of running.held) socket.destroy();
    this.#shout(running.drill, `is over: ${why}`, running.met);
    this.#record('drill_ended', running.starter, running.drill);
  }

  #shout(drill: Drill, what: string, met = this.#running.get(drill.id)?.met ?? 0): void {
    this.#options.logger.warn({ drill, met }, `A DRILL ${what}: ${describeDrill(drill)}`);
  }

  #record(event: 'drill_started' | 'drill_ended', { address, clientId }: DrillStarter, drill: Drill): void {
    try {
      this.#options.record({ event, address, clientId, detail: describeDrill(drill) });
    } catch (error) {
      this.#options.logger.error({ err: error, drill }, 'a drill could not be entered into the audit log');
    }
  }
}

function hold(held: Set<Duplex>, socket: Duplex): void {
  if (held.size >= MOST_HELD) {
    socket.destroy();
    return;
  }
  held.add(socket);
  socket.once('close', () => held.delete(socket));
}
