import type { Incident } from '../scenario/schema.ts';
import type { Endpoint } from './answer.ts';

export type Fault = Exclude<Incident, { readonly fault: 'cut-links' }>;

/** Which fault a request meets. */
export class Incidents {
  readonly #faults: readonly Fault[];
  readonly #random: () => number;

  constructor(incidents: readonly Incident[], random: () => number) {
    this.#faults = incidents.filter((incident) => incident.fault !== 'cut-links');
    this.#random = random;
  }

  /** Null when it meets none. @param now in milliseconds */
  meet(endpoint: Endpoint, now: number): Fault | null {
    for (const fault of this.#faults) {
      if (now < fault.from * 1000 || now >= fault.to * 1000 || !fault.endpoints.includes(endpoint)) continue;
      if (fault.share === 1 || this.#random() < fault.share) return fault;
    }
    return null;
  }
}
