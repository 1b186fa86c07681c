// What single calls cost that nobody made in a loop.
import { heldLease } from './held-lease.ts';

/** Times one single call, in ms. */
export type Sample = () => number | Promise<number>;

export interface AloneCase {
  readonly name: string;
  readonly label: string;
  readonly sample: () => Sample | Promise<Sample>;
}

/** The first is what the clock readings around a call cost themselves. */
export const aloneCases: readonly AloneCase[] = [
  {
    name: 'alone-nothing',
    label: 'nothing',
    sample: () => () => {
      const from = performance.now();
      return performance.now() - from;
    },
  },
  {
    name: 'alone-clock',
    label: '`Date.now()` and `performance.now()`',
    sample: () => () => {
      const from = performance.now();
      const sum = Date.now() + performance.now();
      return checked(performance.now() - from, sum);
    },
  },
  {
    name: 'alone-peek',
    label: '`lease.peek()`',
    sample() {
      const lease = heldLease();
      return () => {
        const from = performance.now();
        const grant = lease.peek();
        return checked(performance.now() - from, grant?.generation);
      };
    },
  },
  {
    name: 'alone-await',
    label: '`await Promise.resolve()`',
    sample: () => async () => {
      const from = performance.now();
      const value = await Promise.resolve(from);
      return checked(performance.now() - from, value);
    },
  },
  {
    name: 'alone-acquire',
    label: '`await lease.acquire()`',
    sample() {
      const lease = heldLease();
      return async () => {
        const from = performance.now();
        const grant = await lease.acquire();
        return checked(performance.now() - from, grant.generation);
      };
    },
  },
];

/** `elapsed`, if the call that it timed had a result. */
function checked(elapsed: number, result: number | undefined): number {
  return result === undefined ? Number.NaN : elapsed;
}
