import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock, Seeded } from '@holdfast/testkit';
import fc from 'fast-check';
import { Admission, type AdmissionKind, defaultPressureLimits, type PressureLimits } from '../../src/pressure/index.ts';

const kinds = fc.constantFrom<AdmissionKind>('enroll', 'refresh', 'handshake');

function admissionFor({ seed = 1, limits = {} }: { seed?: number; limits?: Partial<PressureLimits> } = {}) {
  const clock = new ManualClock();
  const admission = new Admission({ clock, random: new Seeded(seed).next, limits });
  return { clock, admission };
}

/** So many are waiting in place that the next one is sent away. */
function crowded(options: Parameters<typeof admissionFor>[0] = {}) {
  const made = admissionFor(options);
  for (let n = 0; made.admission.ask('handshake', `crowd-${n}`) === 0; n += 1)
    assert.ok(n < 100_000, 'it never says wait');
  return made;
}

describe('a lightly loaded relay', () => {
  test('sends nobody away, however slow it is and however long it was idle', () => {
    const asks = fc.array(fc.tuple(kinds, fc.nat(1_000), fc.nat(100_000)), { maxLength: 300 });
    fc.assert(
      fc.property(asks, fc.integer({ min: 1, max: 50 }), (calls, atOnce) => {
        const { clock, admission } = admissionFor();
        let underWay = 0;
        for (const [n, [kind, pause, tookMs]] of calls.entries()) {
          clock.block(pause);
          if (underWay === atOnce) {
            clock.block(tookMs);
            admission.finished();
            underWay -= 1;
          }
          assert.equal(admission.ask(kind, `caller-${n % 7}`), 0);
          underWay += 1;
        }
        assert.equal(admission.snapshot().inFlight, underWay);
      }),
    );
  });

  test('does not take a lack of callers for a lack of capacity', () => {
    const { clock, admission } = admissionFor();
    for (let n = 0; n < 1_000; n += 1) {
      admission.ask('handshake', 'one after the other');
      clock.block(200);
      admission.finished();
    }
    assert.ok(admission.snapshot().perSecond >= 1_000);
  });
});

describe('a crowd', () => {
  test('waits in place as long as it will be served within the patience of a caller', () => {
    const { admission } = crowded();
    const { inFlight, backlogMs, perSecond } = admission.snapshot();
    assert.equal(inFlight, (defaultPressureLimits.patienceMs * perSecond) / 1_000);
    assert.equal(backlogMs, defaultPressureLimits.patienceMs);
  });

  test('is measured: who is let in follows what was finished while there was always something to do', () => {
    fc.assert(
      fc.property(fc.double({ min: 2, max: 2_000, noNaN: true }), (perSecond) => {
        const { clock, admission } = crowded();
        let owed = 0;
        for (let ms = 0; ms < 60_000; ms += 1) {
          clock.block(1);
          for (owed += perSecond / 1_000; owed >= 1; owed -= 1) {
            admission.finished();
            admission.ask('handshake', `later-${ms}`);
          }
        }
        const measured = admission.snapshot().perSecond;
        const expected = Math.max(5, perSecond);
        assert.ok(Math.abs(measured - expected) <= expected / 10 + 2, `${measured}, not ${expected}`);
      }),
      { numRuns: 20 },
    );
  });

  test('beyond that gets slots, one for each and one behind the other, from the end of those who wait in place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5_000 }), (callers) => {
        const { admission } = crowded();
        const { perSecond, backlogMs } = admission.snapshot();
        const waits = Array.from({ length: callers }, (_, n) => admission.ask('handshake', `caller-${n}`));
        const apart = 1_000 / (perSecond * 0.9);
        assert.ok((waits[0] ?? 0) >= backlogMs);
        for (const [n, wait] of waits.entries()) {
          const before = waits[n - 1];
          assert.ok(wait <= defaultPressureLimits.horizonMs);
          if (before !== undefined) assert.ok(Math.abs(wait - before - apart) < 1e-6, `${wait - before} ms`);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('gains nothing by asking again: who comes before its slot is told the same moment, and nobody else a later one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(100)), { maxLength: 100 }), (asks) => {
        const { clock, admission } = crowded();
        const keys = Array.from({ length: 10 }, (_, n) => `caller-${n}`);
        const moments = new Map(keys.map((key) => [key, clock.monotonic() + admission.ask('handshake', key)]));
        const { slots } = admission.snapshot();
        for (const [n, pause] of asks) {
          const moment = moments.get(`caller-${n}`) ?? 0;
          if (clock.monotonic() + pause >= moment - 500) break;
          clock.block(pause);
          const wait = admission.ask('handshake', `caller-${n}`);
          assert.ok(Math.abs(clock.monotonic() + wait - moment) < 1e-6);
        }
        assert.equal(admission.snapshot().slots, slots);
      }),
    );
  });
});

describe('a slot', () => {
  test('lets its caller in though others are sent away, up to a minute late, and again for what it came for', () => {
    for (const late of [0, 30_000, 60_000]) {
      const { clock, admission } = crowded();
      const wait = admission.ask('refresh', 'server-1');
      clock.block(wait + late);
      assert.ok(admission.ask('refresh', 'another') > 0);
      assert.equal(admission.ask('refresh', 'server-1'), 0);
      assert.equal(admission.ask('handshake', 'server-1'), 0);
    }
  });

  test('that was let go by is worth nothing', () => {
    const { clock, admission } = crowded();
    clock.block(admission.ask('handshake', 'server-1') + 60_001);
    assert.ok(admission.ask('handshake', 'server-1') > 0);
  });

  test('is given back by who finds room before it', () => {
    const { clock, admission } = crowded();
    assert.ok(admission.ask('handshake', 'server-1') > 0);
    for (let n = 0; n < 400; n += 1) {
      clock.block(1);
      admission.finished();
    }
    assert.equal(admission.ask('handshake', 'server-1'), 0);
    assert.equal(admission.snapshot().slots, 1); // of the first one who was sent away
  });

  test('is moved by little when too many came in theirs, and not to the end', () => {
    const { clock, admission } = crowded();
    const keys = Array.from({ length: 5_000 }, (_, n) => `caller-${n}`);
    const waits = keys.map((key) => admission.ask('handshake', key));
    clock.block(Math.max(...waits)); // all at once, and nothing was finished meanwhile
    const again = keys.map((key) => admission.ask('handshake', key));
    const { perSecond } = admission.snapshot();
    assert.equal(again.filter((wait) => wait === 0).length, (defaultPressureLimits.patienceMs * perSecond) / 1_000);
    const moved = again.filter((wait) => wait > 0);
    assert.ok(Math.min(...moved) <= 2 * defaultPressureLimits.patienceMs + 1);
    assert.equal(new Set(moved).size, moved.length, 'each has its own');
  });

  test('is given too to who was let in and waited in place too long', () => {
    const { clock, admission } = crowded();
    clock.block(defaultPressureLimits.tooLongMs + 1);
    const { inFlight } = admission.snapshot();
    const wait = admission.sendAway('handshake', 'crowd-0');
    assert.ok(wait >= 1_000);
    assert.equal(admission.snapshot().inFlight, inFlight - 1);
  });

  test('lies within the horizon, and there are no more than stated', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), (seed, slots) => {
        const { clock, admission } = crowded({ seed, limits: { horizonMs: 10_000, slots } });
        const waits = Array.from({ length: 200 }, (_, n) => admission.ask('handshake', `caller-${n}`));
        assert.ok(waits.every((wait) => wait > 0 && wait <= 10_000));
        assert.ok(waits.slice(slots).every((wait) => wait >= 5_000));
        assert.ok(admission.snapshot().slots <= slots);
        clock.block(10_000 + 60_001);
        for (let n = 0; n < 200; n += 1) admission.ask('handshake', `other-${n}`);
        assert.ok(admission.snapshot().slots <= slots, 'the old ones are forgotten');
      }),
      { numRuns: 50 },
    );
  });
});
