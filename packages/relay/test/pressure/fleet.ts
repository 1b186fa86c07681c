import { ManualClock, Seeded } from '@holdfast/testkit';
import { Admission, type PressureLimits } from '../../src/pressure/index.ts';

export interface FleetOptions {
  readonly hosts: number;
  /** What it takes to serve one that is let in, and to send one away, in milliseconds. */
  readonly costMs: number;
  readonly refusalMs: number;
  /** They come first within this many milliseconds. */
  readonly withinMs: number;
  /** What a host adds to the seconds that it is told, in milliseconds. */
  readonly jitterMs: (toldMs: number, random: () => number) => number;
  readonly seed: number;
  readonly limits?: Partial<PressureLimits>;
}

/** What came of a fleet that lost its relay. */
export interface FleetReturn {
  /** How many were served in each second, from the first on. */
  readonly servedBySecond: readonly number[];
  /** The longest that one who was let in waited for its turn, in milliseconds. */
  readonly longestWaitMs: number;
  /** Tries of the one that had to try most often. */
  readonly mostTries: number;
}

/** Lets a fleet come back to a relay that does one thing after the other, in time that passes only in numbers. */
export function comeBack(options: FleetOptions): FleetReturn {
  const { hosts, costMs, refusalMs, withinMs, jitterMs, seed, limits = {} } = options;
  const clock = new ManualClock();
  const random = new Seeded(seed).next;
  const admission = new Admission({ clock, random, limits });
  const arrivals = new Map<number, number[]>();
  const arrive = (host: number, at: number) => {
    const tick = Math.ceil(at);
    const others = arrivals.get(tick);
    if (others === undefined) arrivals.set(tick, [host]);
    else others.push(host);
  };
  for (let host = 0; host < hosts; host += 1) arrive(host, random() * withinMs);
  const tries = new Array<number>(hosts).fill(0);
  const servedBySecond: number[] = [];
  const waiting: { host: number; since: number }[] = [];
  let longestWaitMs = 0;
  let busyUntil = 0;
  const comeAgain = (host: number, tick: number, waitMs: number) => {
    busyUntil = Math.max(busyUntil, tick) + refusalMs;
    const told = Math.max(1, Math.ceil(waitMs / 1_000)) * 1_000;
    arrive(host, tick + told + jitterMs(told, random));
  };
  for (let tick = 0; arrivals.size > 0 || waiting.length > 0; tick += 1) {
    for (const host of arrivals.get(tick) ?? []) {
      tries[host] = (tries[host] ?? 0) + 1;
      const wait = admission.ask('handshake', `host-${host}`);
      if (wait === 0) waiting.push({ host, since: tick });
      else comeAgain(host, tick, wait);
    }
    arrivals.delete(tick);
    const second = Math.floor(tick / 1_000);
    servedBySecond[second] ??= 0;
    while (busyUntil <= tick && waiting.length > 0) {
      const { host, since } = waiting.shift() ?? { host: 0, since: tick };
      if (tick - since > admission.tooLongMs) {
        comeAgain(host, tick, admission.sendAway('handshake', `host-${host}`));
        continue;
      }
      longestWaitMs = Math.max(longestWaitMs, tick - since);
      busyUntil = Math.max(busyUntil, tick - 1) + costMs;
      admission.finished();
      servedBySecond[second] = (servedBySecond[second] ?? 0) + 1;
    }
    clock.block(1);
  }
  return { servedBySecond, longestWaitMs, mostTries: Math.max(...tries) };
}
