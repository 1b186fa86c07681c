// What the callers do in a storm.
import { setTimeout as sleep } from 'node:timers/promises';
import { CALLERS, PAUSE_MS, SEQUENCE } from './scenarios.ts';
import type { Subject } from './subjects/subject.ts';

export interface Tally {
  readonly calls: number;
  readonly served: number;
  /** Calls that were answered with an error. */
  readonly failed: number;
  /** Calls that had no answer at all when the bench stopped waiting. */
  readonly waiting: number;
  /** The slowest call, in ms, those included that were still waiting. */
  readonly slowestMs: number;
}

/** How long the bench waits for calls whose token was refused, in ms. */
const REFUSED_MS = 5_000;

class Calls {
  #calls = 0;
  #served = 0;
  #failed = 0;
  #slowestMs = 0;
  readonly #pending = new Set<number>();

  /** @param call resolves to whether it was served */
  async time(call: () => Promise<boolean>): Promise<void> {
    const from = performance.now();
    this.#calls += 1;
    this.#pending.add(from);
    let served = false;
    try {
      served = await call();
    } catch {
      // A caller that gets an error is not served, whatever it says.
    }
    this.#pending.delete(from);
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - from);
    if (served) this.#served += 1;
    else this.#failed += 1;
  }

  tally(): Tally {
    const now = performance.now();
    const slowestMs = Math.max(this.#slowestMs, ...[...this.#pending].map((from) => now - from));
    const waiting = this.#calls - this.#served - this.#failed;
    return { calls: this.#calls, served: this.#served, failed: this.#failed, waiting, slowestMs };
  }
}

/** Twenty callers, each with a pause after every answer, for `forMs`; whoever waits then gets `graceMs` more. */
export async function runCallers(subject: Subject, forMs: number, graceMs: number): Promise<Tally> {
  const calls = new Calls();
  const end = performance.now() + forMs;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      await calls.time(async () => (await subject.acquire()) !== '');
      await sleep(PAUSE_MS);
    }
  };
  const all = Promise.all(Array.from({ length: CALLERS }, caller));
  await Promise.race([all, sleep(forMs + graceMs)]);
  return calls.tally();
}

/** Twenty calls of the API at once, each with a token that it refuses. */
export async function runRefused(call: NonNullable<Subject['call']>, api: string): Promise<Tally> {
  const calls = new Calls();
  const all = Array.from({ length: CALLERS }, () => calls.time(async () => (await call(api)) === 200));
  await Promise.race([Promise.all(all), sleep(REFUSED_MS)]);
  return calls.tally();
}

/** One caller that asks fifty times. */
export async function runSequence(subject: Subject): Promise<Tally> {
  const calls = new Calls();
  for (let call = 0; call < SEQUENCE; call += 1) {
    await calls.time(async () => (await subject.acquire()) !== '');
    await sleep(PAUSE_MS);
  }
  return calls.tally();
}
