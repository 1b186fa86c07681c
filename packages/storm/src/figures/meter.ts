import type { Endpoint } from '../authority/answer.ts';
import type { Simulation } from '../engine/simulation.ts';
import { Seekers } from './seekers.ts';

const SAMPLE_MS = 1_000;

/** One number a second. */
export interface Series {
  /** Requests that arrived in this second. */
  readonly asked: Uint32Array;
  /** Hosts that are awake and linked, at its end. */
  readonly linked: Uint32Array;
  readonly awake: Uint32Array;
  /** Hosts that are awake, have no link, and should. */
  readonly down: Uint32Array;
}

/** Counts what happens while it happens. Hosts are numbers from 0. */
export class Meter {
  readonly series: Series;
  readonly seekers: Seekers;
  readonly asks: Record<Endpoint, number> = { refresh: 0, handshake: 0, pair: 0 };
  /** Requests that ended without what was asked for, by the host that asked. */
  failures = 0;
  pairings = { asked: 0, served: 0 };
  /** Milliseconds of work at the authority. */
  work = { all: 0, wasted: 0 };
  readonly #simulation: Simulation;
  readonly #linked: Uint8Array;
  readonly #asleep: Uint8Array;
  /** Whose links die by themselves. */
  readonly #dying: Uint8Array;
  #askedNow = 0;
  #linkedNow = 0;
  #awakeNow = 0;
  #downNow = 0;
  #second = 0;

  constructor(simulation: Simulation, hosts: number, durationMs: number) {
    const seconds = Math.ceil(durationMs / SAMPLE_MS);
    this.#simulation = simulation;
    this.seekers = new Seekers(hosts);
    this.series = {
      asked: new Uint32Array(seconds),
      linked: new Uint32Array(seconds),
      awake: new Uint32Array(seconds),
      down: new Uint32Array(seconds),
    };
    this.#linked = new Uint8Array(hosts);
    this.#asleep = new Uint8Array(hosts);
    this.#dying = new Uint8Array(hosts);
    this.#awakeNow = hosts;
    this.#downNow = hosts;
    simulation.at(SAMPLE_MS, () => this.#sample());
  }

  /** How many seconds have been sampled. */
  get seconds(): number {
    return this.#second;
  }

  /** A request is at the authority's door. */
  asked(endpoint: Endpoint, host: number): void {
    this.asks[endpoint] += 1;
    this.#askedNow += 1;
    this.seekers.asked(endpoint, host);
  }

  worked(ms: number, wasted: boolean): void {
    this.work.all += ms;
    if (wasted) this.work.wasted += ms;
  }

  /** What came of a request, at the host. */
  answered(endpoint: Endpoint, host: number, isSuccess: boolean): void {
    const { now } = this.#simulation;
    if (now < 0) return;
    if (!isSuccess) this.failures += 1;
    this.seekers.answered(endpoint, host, isSuccess, now);
  }

  paired(served: boolean): void {
    this.pairings.asked += 1;
    if (served) this.pairings.served += 1;
  }

  link(host: number, isUp: boolean): void {
    if ((this.#linked[host] === 1) === isUp) return;
    this.#linked[host] = isUp ? 1 : 0;
    this.#linkedNow += isUp ? 1 : -1;
    if (this.#asleep[host] === 0 && this.#dying[host] === 0) this.#downNow += isUp ? -1 : 1;
  }

  /** The authority has given up the host's link long before it wakes. */
  sleep(host: number): void {
    this.link(host, false);
    this.#asleep[host] = 1;
    this.#awakeNow -= 1;
    this.#downNow -= 1;
  }

  wake(host: number): void {
    this.#asleep[host] = 0;
    this.#awakeNow += 1;
    this.#downNow += 1;
  }

  /** From now on this host's link dies again and again, and is no sign of trouble. */
  dies(host: number): void {
    if (this.#linked[host] === 0) this.#downNow -= 1;
    this.#dying[host] = 1;
  }

  #sample(): void {
    const second = this.#second;
    this.series.asked[second] = this.#askedNow;
    this.series.linked[second] = this.#linkedNow;
    this.series.awake[second] = this.#awakeNow;
    this.series.down[second] = this.#downNow;
    this.#askedNow = 0;
    this.#second += 1;
    if (this.#second < this.series.asked.length)
      this.#simulation.at((this.#second + 1) * SAMPLE_MS, () => this.#sample());
  }
}
