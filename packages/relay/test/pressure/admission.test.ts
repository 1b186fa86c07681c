import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock, Seeded } from '@holdfast/testkit';
import fc from 'fast-check';
import { Admission, type AdmissionKind, defaultPressureLimits, type PressureLimits } from '../../src/pressure/index.ts';

const kinds = fc.constantFrom<AdmissionKind>('enroll', 'refresh', 'handshake');
const LATE = defaultPressureLimits.targetDelayMs + 1;

/** An admission whose event loop is as late as the test says. */
function admissionFor({ seed = 1, limits = {} }: { seed?: number; limits?: Partial<PressureLimits> } = {}) {
  const clock = new ManualClock();
  const loop = { delayMs: 0 };
  const admission = new Admission({ clock, random: new Seeded(seed).next, delayMs: () => loop.delayMs, limits });
  return { clock, loop, admission };
}

/** As many as always pass are in, and what may be done at once is done: the next ones wait. */
function pressed(options: Parameters<typeof admissionFor>[0] = {}) {
  const made = admissionFor(options);
  made.loop.delayMs = LATE;
  for (let n = 0; made.admission.ask('handshake', `before-${n}`) === 0; n += 1) {
    assert.ok(n < 10_000, 'it never says wait');
    made.admission.finished('handshake', 2);
  }
  return made;
}

describe('while the event loop is on time', () => {
  test('everybody goes ahead, however many come', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, fc.nat(5)), { maxLength: 400 }), fc.nat(100), (asks, delayMs) => {
        const { clock, loop, admission } = admissionFor();
        loop.delayMs = delayMs;
        asks.forEach(([kind, pause], n) => {
          clock.block(pause);
          assert.equal(admission.ask(kind, `caller-${n}`), 0);
          admission.finished(kind, 10);
        });
      }),
    );
  });
});

describe('a lightly loaded relay', () => {
  test('lets nobody wait, whatever is measured', () => {
    const delays = fc.nat(60_000);
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, fc.integer({ min: 20, max: 500 }), delays, delays)), (asks) => {
        const { clock, loop, admission } = admissionFor();
        for (const [kind, pause, delayMs, tookMs] of asks) {
          clock.block(pause); // at most 50 a second
          loop.delayMs = delayMs;
          assert.equal(admission.ask(kind, 'a caller'), 0);
          admission.finished(kind, tookMs);
        }
      }),
    );
  });

  test('takes a hundred at once after a pause', async () => {
    const { clock, loop, admission } = admissionFor();
    loop.delayMs = 10_000;
    for (const round of [0, 1]) {
      for (let n = 0; n < 100; n += 1) assert.equal(admission.ask('handshake', `${round}-${n}`), 0);
      clock.block(2_000);
    }
  });
});

describe('under pressure', () => {
  test('each gets a slot of its own, one behind the other, at the rate that its cost allows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 400 }), fc.double({ min: 0.5, max: 20, noNaN: true }), (callers, cost) => {
        const { admission } = pressed();
        for (let n = 0; n < 100; n += 1) admission.finished('handshake', cost); // what it costs is known by now
        const waits = Array.from({ length: callers }, (_, n) => admission.ask('handshake', `caller-${n}`));
        const apart = 1_000 / admission.snapshot().handshakesPerSecond / 0.9;
        assert.ok(Math.abs(apart - cost / (defaultPressureLimits.share * 0.9)) < apart / 100 + 0.01);
        waits.forEach((wait, n) => {
          const before = waits[n - 1];
          assert.ok(wait >= 1_000 && wait <= defaultPressureLimits.horizonMs, `${wait} ms`);
          if (before !== undefined) assert.ok(Math.abs(wait - before - apart) < 1e-6, `${wait - before} ms`);
        });
      }),
    );
  });

  test('who asks again before its slot is told the same moment, and nobody else is told a later one for it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(50)), { maxLength: 100 }), (asks) => {
        const { clock, admission } = pressed();
        const moments = new Map<string, number>();
        for (let n = 0; n < 10; n += 1) {
          const key = `caller-${n}`;
          moments.set(key, clock.monotonic() + admission.ask('handshake', key));
        }
        const { slots } = admission.snapshot();
        for (const [n, pause] of asks) {
          const key = `caller-${n}`;
          const moment = moments.get(key) ?? 0;
          if (clock.monotonic() + pause >= moment - 500) break;
          clock.block(pause);
          const wait = admission.ask('handshake', key);
          if (wait === 0) return; // meanwhile there was room, without a slot too
          assert.ok(Math.abs(clock.monotonic() + wait - moment) < 1e-6);
        }
        assert.equal(admission.snapshot().slots, slots);
      }),
    );
  });

  test('who comes in its slot is let in, up to a minute late, and for the connection after its refresh', async () => {
    for (const late of [0, 30_000, 60_000]) {
      const { clock, loop, admission } = pressed();
      const wait = admission.ask('refresh', 'server-1');
      assert.ok(wait > 0);
      clock.block(wait + late);
      loop.delayMs = LATE;
      for (let n = 0; n < 1_000; n += 1) admission.ask('enroll', `crowd-${n}`);
      assert.equal(admission.ask('refresh', 'server-1'), 0);
      assert.equal(admission.ask('handshake', 'server-1'), 0);
    }
  });

  test('who lets its slot go by is one of the crowd again', () => {
    const { clock, loop, admission } = pressed();
    const wait = admission.ask('handshake', 'server-1');
    clock.block(wait + 60_001);
    loop.delayMs = LATE;
    for (let n = 0; n < 1_000; n += 1) admission.ask('handshake', `crowd-${n}`);
    assert.ok(admission.ask('handshake', 'server-1') > 1_000);
  });

  test('who has a slot is put off as well when the loop is far too late, but is not sent to the end', () => {
    const { clock, loop, admission } = pressed();
    const wait = admission.ask('handshake', 'server-1');
    for (let n = 0; n < 20_000; n += 1) admission.ask('handshake', `crowd-${n}`);
    clock.block(wait);
    loop.delayMs = 5_000;
    const again = admission.ask('handshake', 'server-1');
    assert.ok(again >= 1_000 && again < 5_000, `${again} ms`);
    clock.block(again);
    loop.delayMs = LATE;
    assert.equal(admission.ask('handshake', 'server-1'), 0);
  });

  test('nobody waits beyond the horizon, and no more slots are kept than stated', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 50 }), (seed, slots) => {
        const { clock, admission } = pressed({ seed, limits: { horizonMs: 10_000, slots } });
        const waits = Array.from({ length: 200 }, (_, n) => admission.ask('handshake', `caller-${n}`));
        assert.ok(waits.every((wait) => wait > 0 && wait <= 10_000));
        assert.ok(admission.snapshot().slots <= slots);
        const beyond = waits.slice(slots);
        assert.ok(beyond.every((wait) => wait >= 5_000));
        clock.block(10_000 + 60_001);
        for (let n = 0; n < 200; n += 1) admission.ask('handshake', `other-${n}`);
        assert.ok(admission.snapshot().slots <= slots, 'the old ones are forgotten');
      }),
      { numRuns: 50 },
    );
  });

  test('it is over two seconds after the loop was last late, and then nobody waits', () => {
    const { clock, loop, admission } = pressed();
    loop.delayMs = 0;
    clock.block(1_999);
    assert.equal(admission.snapshot().pressed, true);
    clock.block(2);
    for (let n = 0; n < 1_000; n += 1) assert.equal(admission.ask('handshake', `caller-${n}`), 0);
    assert.equal(admission.snapshot().pressed, false);
  });

  test('the share of the loop shrinks while it is late, and grows while it is on time and callers wait', () => {
    const { clock, loop, admission } = pressed();
    const rate = () => admission.snapshot().handshakesPerSecond;
    const crowdFor = (ms: number, delayMs: number): number => {
      loop.delayMs = delayMs;
      for (let passed = 0; passed < ms; passed += 125) {
        clock.block(125);
        for (let n = 0; n < 100; n += 1) {
          if (admission.ask('handshake', `${clock.monotonic()}-${n}`) === 0) admission.finished('handshake', 2);
        }
      }
      return rate();
    };
    const first = rate();
    const lower = crowdFor(2_000, LATE);
    assert.ok(lower < first / 2, `${first}, then ${lower}`);
    assert.ok(crowdFor(60_000, LATE) > 0);
    const least = rate();
    const higher = crowdFor(1_750, 0);
    assert.ok(higher > least, `${least}, then ${higher}`);
    crowdFor(2_000, 0);
    assert.ok(crowdFor(125, LATE) === first, 'another pressure is looked at anew');
  });
});
