import type { Endpoint } from '../authority/answer.ts';
import type { Simulation } from '../engine/simulation.ts';

/** Why a host is not well, as bits. */
const REFRESH = 1;
const HANDSHAKE = 2;
const DOWN = 4;

const SAMPLE_MS = 1_000;

/** One number a second. */
export interface Series {
  /** Requests that arrived in this second. */
  readonly asked: Uint32Array;
  /** Hosts that are awake and linked, at its end. */
  readonly linked: Uint32Array;
  readonly awake: Uint32Array;
  /** Hosts that were refused, heard nothing, or lost their link, and are not back. */
  readonly hurt: Uint32Array;
}

/** Counts what happens while it happens. Hosts are numbers from 0. */
export class Meter {
  readonly series: Series;
  readonly asks: Record<Endpoint, number> = { refresh: 0, handshake: 0, pair: 0 };
  /** Requests that ended without what was asked for, by the host that asked. */
  failures = 0;
  /** Requests of hosts that were hurt at that moment: they look whether the authority is back. */
  probes = 0;
  pairings = { asked: 0, served: 0 };
  /** Milliseconds of work at the authority. */
  work = { all: 0, wasted: 0 };
  readonly #simulation: Simulation;
  readonly #reasons: Uint8Array;
  readonly #linked: Uint8Array;
  readonly #asleep: Uint8Array;
  /** Whose links are of no interest: they die by themselves. */
  readonly #ignored: Uint8Array;
  readonly #hurtSince: Float64Array;
  #askedNow = 0;
  #linkedNow = 0;
  #awakeNow = 0;
  #hurtNow = 0;
  #second = 0;

  constructor(simulation: Simulation, hosts: number, durationMs: number) {
    const seconds = Math.ceil(durationMs / SAMPLE_MS);
    this.#simulation = simulation;
    this.series = {
      asked: new Uint32Array(seconds),
      linked: new Uint32Array(seconds),
      awake: new Uint32Array(seconds),
      hurt: new Uint32Array(seconds),
    };
    this.#reasons = new Uint8Array(hosts).fill(DOWN);
    this.#linked = new Uint8Array(hosts);
    this.#asleep = new Uint8Array(hosts);
    this.#ignored = new Uint8Array(hosts);
    this.#hurtSince = new Float64Array(hosts);
    this.#awakeNow = hosts;
    this.#hurtNow = hosts;
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
    if (endpoint !== 'pair' && this.#isHurt(host)) this.probes += 1;
  }

  worked(ms: number, wasted: boolean): void {
    this.work.all += ms;
    if (wasted) this.work.wasted += ms;
  }

  /** What came of a request, at the host. A refused pairing is its caller's, and hurts nobody else. */
  answered(endpoint: Endpoint, host: number, isSuccess: boolean): void {
    if (!isSuccess && this.#simulation.now >= 0) this.failures += 1;
    if (endpoint === 'pair') return;
    const reason = endpoint === 'refresh' ? REFRESH : HANDSHAKE;
    if (isSuccess) this.#heal(host, reason);
    else this.#hurt(host, reason);
  }

  paired(served: boolean): void {
    this.pairings.asked += 1;
    if (served) this.pairings.served += 1;
  }

  link(host: number, isUp: boolean): void {
    if ((this.#linked[host] === 1) === isUp) return;
    this.#linked[host] = isUp ? 1 : 0;
    this.#linkedNow += isUp ? 1 : -1;
    if (isUp) this.#heal(host, DOWN);
    else if (this.#asleep[host] === 0) this.#hurt(host, DOWN);
  }

  sleep(host: number): void {
    this.#asleep[host] = 1;
    this.#awakeNow -= 1;
    this.#heal(host, REFRESH | HANDSHAKE | DOWN);
  }

  wake(host: number): void {
    this.#asleep[host] = 0;
    this.#awakeNow += 1;
    if (this.#linked[host] === 0) this.#hurt(host, DOWN);
  }

  ignore(host: number): void {
    this.#heal(host, REFRESH | HANDSHAKE | DOWN);
    this.#ignored[host] = 1;
  }

  /** For how long, in ms, those who are hurt now have been so, summed up, and how many they are. */
  hurtNow(): { readonly hosts: number; readonly ms: number } {
    let ms = 0;
    for (let host = 0; host < this.#reasons.length; host += 1) {
      if (this.#isHurt(host)) ms += this.#simulation.now - (this.#hurtSince[host] ?? 0);
    }
    return { hosts: this.#hurtNow, ms };
  }

  #isHurt(host: number): boolean {
    return this.#reasons[host] !== 0;
  }

  #hurt(host: number, reason: number): void {
    if (this.#ignored[host] === 1) return;
    const before = this.#reasons[host] ?? 0;
    this.#reasons[host] = before | reason;
    if (before !== 0) return;
    this.#hurtNow += 1;
    this.#hurtSince[host] = this.#simulation.now;
  }

  #heal(host: number, reason: number): void {
    const before = this.#reasons[host] ?? 0;
    const after = before & ~reason;
    this.#reasons[host] = after;
    if (before !== 0 && after === 0) this.#hurtNow -= 1;
  }

  #sample(): void {
    const second = this.#second;
    this.series.asked[second] = this.#askedNow;
    this.series.linked[second] = this.#linkedNow;
    this.series.awake[second] = this.#awakeNow;
    this.series.hurt[second] = this.#hurtNow;
    this.#askedNow = 0;
    this.#second += 1;
    if (this.#second < this.series.asked.length)
      this.#simulation.at((this.#second + 1) * SAMPLE_MS, () => this.#sample());
  }
}
