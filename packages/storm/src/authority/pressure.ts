import { Admission as RelayAdmission } from '@holdfast/relay/pressure';
import type { Simulation } from '../engine/simulation.ts';
import type { Admission, Refusal } from './admission.ts';

/** What a refused caller is told where the relay does not spread: the same for all, in seconds. */
const SAME_FOR_ALL = 30;

export interface RelayPressureOptions {
  readonly simulation: Simulation;
  readonly random: () => number;
  /** False: everybody is told the same moment. */
  readonly spreads: boolean;
}

/** The relay's own admission control. Pairing passes it by, as it does at the relay. */
export function relayPressure({ simulation, random, spreads }: RelayPressureOptions): Admission {
  const admission = new RelayAdmission({ clock: { monotonic: () => simulation.now }, random });
  const later = (waitMs: number): Refusal => ({ retryAfter: spreads ? Math.ceil(waitMs / 1000) : SAME_FOR_ALL });
  return {
    enter(endpoint, host) {
      const waitMs = endpoint === 'pair' ? 0 : admission.ask(endpoint, String(host));
      return waitMs === 0 ? null : later(waitMs);
    },
    begin(endpoint, host, waitedMs) {
      if (endpoint === 'pair' || waitedMs <= admission.tooLongMs) return null;
      return later(admission.sendAway(endpoint, String(host)));
    },
    leave(endpoint) {
      if (endpoint !== 'pair') admission.finished();
    },
  };
}
