import type { Endpoint } from '../authority/answer.ts';

/** What the seekers did, when the trouble was over. Times are in milliseconds. */
export interface Search {
  /** Hosts that had failed at an endpoint and not succeeded since, once for each endpoint. */
  readonly seekers: number;
  /** For how long each had been so, on average. */
  readonly waitedMs: number;
}

/**
 * Who was refused or unheard looks whether the authority is back. How often, and how soon after it is, is what a policy is about: a
 * seeker is a host from its first failure at an endpoint to its next success there.
 */
export class Seekers {
  /** Requests of seekers. */
  probes = 0;
  /** When those who were seekers at the end succeeded, in milliseconds after it, in that order. */
  readonly found: number[] = [];
  readonly #since: Readonly<Record<'refresh' | 'handshake', Float64Array>>;
  #endedAt = Number.POSITIVE_INFINITY;

  constructor(hosts: number) {
    this.#since = {
      refresh: new Float64Array(hosts).fill(Number.NaN),
      handshake: new Float64Array(hosts).fill(Number.NaN),
    };
  }

  asked(endpoint: Endpoint, host: number): void {
    if (endpoint !== 'pair' && !Number.isNaN(this.#since[endpoint][host])) this.probes += 1;
  }

  answered(endpoint: Endpoint, host: number, isSuccess: boolean, now: number): void {
    if (endpoint === 'pair') return; // a person looks, not a host
    const since = this.#since[endpoint];
    const began = since[host] ?? Number.NaN;
    if (!isSuccess && Number.isNaN(began)) since[host] = now;
    if (!isSuccess || Number.isNaN(began)) return;
    since[host] = Number.NaN;
    if (began < this.#endedAt && now >= this.#endedAt) this.found.push(now - this.#endedAt);
  }

  /** The trouble is over. */
  end(now: number): Search {
    this.#endedAt = now;
    let seekers = 0;
    let waitedMs = 0;
    for (const since of Object.values(this.#since)) {
      for (const began of since) {
        if (Number.isNaN(began)) continue;
        seekers += 1;
        waitedMs += now - began;
      }
    }
    return { seekers, waitedMs: seekers === 0 ? 0 : waitedMs / seekers };
  }
}
