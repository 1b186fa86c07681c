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
  hosts: fc.integer({ min: 1_000, max: 6_000 }),
  costMs: fc.double({ min: 0.5, max: 5, noNaN: true }),
  refusalMs: fc.double({ min: 0.02, max: 0.2, noNaN: true }),
  withinMs: fc.integer({ min: 1, max: 2_000 }),
  seed: fc.nat(),
});

describe('a fleet that lost its relay', () => {
  for (const [name, jitterMs] of Object.entries(jitters)) {
    test(`comes back as a ramp: all of it, soon, and never more at once than the relay takes (${name} hosts)`, () => {
      fc.assert(
        fc.property(fleets, (fleet) => {
          const { admittedBySecond, worstDelayBySecond, mostTries } = comeBack({ ...fleet, jitterMs });
          const total = admittedBySecond.reduce((sum, count) => sum + count, 0);
          assert.equal(total, fleet.hosts);
          const ideal = (fleet.hosts * fleet.costMs) / 1_000;
          const most = ideal / (defaultPressureLimits.share * 0.9);
          assert.ok(admittedBySecond.length <= 1.25 * most + 40, `${admittedBySecond.length} s, ${ideal} s of work`);
          // the first second has the wall, and even that only in refusals and in those who always pass
          const wall = fleet.hosts * fleet.refusalMs + 100 * fleet.costMs + 150;
          assert.ok(Math.max(...worstDelayBySecond.slice(0, 3)) <= wall, `${worstDelayBySecond.slice(0, 3)} ms`);
          const later = Math.max(0, ...worstDelayBySecond.slice(3));
          assert.ok(later <= 2.5 * defaultPressureLimits.targetDelayMs, `${later} ms`);
          assert.ok(mostTries <= 4, `${mostTries} tries`);
        }),
        { numRuns: 15 },
      );
    });
  }

  test('uses most of what the relay is good for until it is back', () => {
    const { admittedBySecond } = comeBack({
      hosts: 5_000,
      costMs: 2,
      refusalMs: 0.1,
      withinMs: 500,
      jitterMs: jitters.holdfast,
      seed: 7,
    });
    const middle = admittedBySecond.slice(2, 10);
    assert.ok(
      middle.every((count) => count >= 250 && count <= 500),
      middle.join(),
    );
  });
});
