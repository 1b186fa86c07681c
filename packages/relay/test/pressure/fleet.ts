import { ManualClock, Seeded } from '@holdfast/testkit';
import { Admission } from '../../src/pressure/index.ts';

export interface FleetOptions {
  readonly hosts: number;
  /** Of the event loop, for one that is let in and for one that is not, in milliseconds. */
  readonly costMs: number;
  readonly refusalMs: number;
  /** They come first within this many milliseconds. */
  readonly withinMs: number;
  /** What a host adds to the seconds that it is told, in milliseconds. */
  readonly jitterMs: (toldMs: number, random: () => number) => number;
  readonly seed: number;
}

/** What came of a fleet that lost its relay. */
export interface FleetReturn {
  /** In each second, from the first on. */
  readonly admittedBySecond: readonly number[];
  /** The longest that the event loop had still to do in each second, in milliseconds. */
  readonly worstDelayBySecond: readonly number[];
  /** Tries of the one that had to try most often. */
  readonly mostTries: number;
}

/** Lets a fleet come back to a relay that does one thing after the other, in time that passes only in numbers. */
export function comeBack({ hosts, costMs, refusalMs, withinMs, jitterMs, seed }: FleetOptions): FleetReturn {
  const clock = new ManualClock();
  const random = new Seeded(seed).next;
  const start = clock.monotonic();
  let busyUntil = start;
  const admission = new Admission({
    clock,
    random,
    delayMs: () => Math.max(0, busyUntil - clock.monotonic()),
  });
  const arrivals = new Map<number, number[]>();
  const arrive = (host: number, at: number) => {
    const tick = Math.ceil(at);
    const others = arrivals.get(tick);
    if (others === undefined) arrivals.set(tick, [host]);
    else others.push(host);
  };
  for (let host = 0; host < hosts; host += 1) arrive(host, random() * withinMs);
  const admittedBySecond: number[] = [];
  const worstDelayBySecond: number[] = [];
  const tries = new Array<number>(hosts).fill(0);
  for (let tick = 0; arrivals.size > 0; tick += 1) {
    const second = Math.floor(tick / 1_000);
    admittedBySecond[second] ??= 0;
    worstDelayBySecond[second] ??= 0;
    for (const host of arrivals.get(tick) ?? []) {
      tries[host] = (tries[host] ?? 0) + 1;
      const wait = admission.ask('handshake', `host-${host}`);
      busyUntil = Math.max(busyUntil, clock.monotonic()) + (wait === 0 ? costMs : refusalMs);
      worstDelayBySecond[second] = Math.max(worstDelayBySecond[second] ?? 0, busyUntil - clock.monotonic());
      if (wait === 0) {
        admission.finished('handshake', costMs);
        admittedBySecond[second] = (admittedBySecond[second] ?? 0) + 1;
      } else {
        const told = Math.max(1, Math.ceil(wait / 1_000)) * 1_000;
        arrive(host, tick + told + jitterMs(told, random));
      }
    }
    arrivals.delete(tick);
    clock.block(1);
  }
  return { admittedBySecond, worstDelayBySecond, mostTries: Math.max(...tries) };
}
