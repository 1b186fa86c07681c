import { defaultPressureLimits, type PressureLimits, Admission as RelayAdmission } from '@holdfast/relay/pressure';
import type { Simulation } from '../engine/simulation.ts';
import type { Admission, Backlog } from './admission.ts';

/** A relay does about so many handshakes a second; its limits that are numbers of callers are meant for that. */
const USUAL_CAPACITY = 1_000;

/** What a refused caller is told where the relay does not spread: the same for all, in seconds. */
const SAME_FOR_ALL = 30;

export interface RelayPressureOptions {
  readonly simulation: Simulation;
  readonly backlog: Backlog;
  readonly random: () => number;
  /** Requests a second. */
  readonly capacity: number;
  /** False: everybody is told the same moment. */
  readonly spreads: boolean;
}

/** The relay's own admission control. Pairing passes it by, as it does at the relay. */
export function relayPressure({ simulation, backlog, random, capacity, spreads }: RelayPressureOptions): Admission {
  const admission = new RelayAdmission({
    clock: { monotonic: () => simulation.now },
    random,
    delayMs: () => backlog.delayMs,
    limits: scaled(capacity),
  });
  return {
    enter(endpoint, host) {
      if (endpoint === 'pair') return null;
      const waitMs = admission.ask(endpoint, String(host));
      return waitMs === 0 ? null : { retryAfter: spreads ? Math.ceil(waitMs / 1000) : SAME_FOR_ALL };
    },
    leave(endpoint, tookMs) {
      if (endpoint !== 'pair') admission.finished(endpoint, tookMs);
    },
  };
}

/** Where one request of a small authority takes long, one that waits for a few others is not late yet. */
const FEW = 20;

function scaled(capacity: number): Partial<PressureLimits> {
  const { alwaysPerSecond, alwaysAtOnce, slots, targetDelayMs } = defaultPressureLimits;
  const factor = capacity / USUAL_CAPACITY;
  return {
    targetDelayMs: Math.max(targetDelayMs, (FEW * 1000) / capacity),
    alwaysPerSecond: alwaysPerSecond * factor,
    alwaysAtOnce: Math.max(1, alwaysAtOnce * factor),
    slots: Math.max(1_000, slots * factor),
  };
}
