import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { defaultPressureLimits } from '../../src/pressure/index.ts';
import { comeBack } from './fleet.ts';

/** What the hosts here, and stock ones, add to the seconds that they are told. */
const jitters = {
  holdfast: (toldMs: number, random: () => number) => random() * Math.min(Math.max(toldMs * 0.1, 1_000), 30_000),
  stock: (_toldMs: number, random: () => number) => random() * 30_000,
};

const fleets = fc.record({
  hosts: fc.integer({ min: 500, max: 6_000 }),
  costMs: fc.double({ min: 0.5, max: 20, noNaN: true }),
  refusalMs: fc.double({ min: 0.02, max: 0.2, noNaN: true }),
  withinMs: fc.integer({ min: 1, max: 2_000 }),
  seed: fc.nat(),
});
type Fleet = typeof fleets extends fc.Arbitrary<infer T> ? T : never;

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

describe('a fleet that lost its relay', () => {
  for (const [name, jitterMs] of Object.entries(jitters)) {
    test(`comes back as a ramp, all of it and soon (${name} hosts)`, () => {
      const check = (fleet: Fleet) => {
        const { servedBySecond, longestWaitMs, mostTries } = comeBack({ ...fleet, jitterMs });
        assert.equal(total(servedBySecond), fleet.hosts);
        const seconds = (fleet.hosts * Math.max(fleet.costMs, 1)) / 1_000;
        assert.ok(servedBySecond.length <= 2 * seconds + 75, `${servedBySecond.length} s for ${seconds} s of work`);
        assert.ok(longestWaitMs <= defaultPressureLimits.tooLongMs, `one waited in place for ${longestWaitMs} ms`);
        assert.ok(mostTries <= 10, `${mostTries} tries`);
      };
      fc.assert(fc.property(fleets, check), { numRuns: 20 });
    });
  }

  test('keeps the relay busy until it is back', () => {
    const fleet = { hosts: 6_000, costMs: 5, refusalMs: 0.1, withinMs: 1_000, seed: 7 };
    const { servedBySecond } = comeBack({ ...fleet, jitterMs: jitters.holdfast });
    const middle = servedBySecond.slice(1, 28);
    assert.ok(total(middle) / middle.length > 190, middle.join());
    assert.ok(
      middle.every((count) => count <= 201),
      middle.join(),
    );
  });

  test('of a few hundred is served at once, and none of it is sent away', () => {
    const fleet = { hosts: 500, costMs: 5, refusalMs: 0.1, withinMs: 10, seed: 7 };
    assert.equal(comeBack({ ...fleet, jitterMs: jitters.stock }).mostTries, 1);
  });
});
