import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Grant, Lease, LeaseError, type LeaseStore, MemoryStore } from '../src/index.ts';
import { parseState } from '../src/shared-state.ts';
import { FakeAuthority, ManualClock, MINUTE, SECOND, settle } from './harness.ts';

/** Leases whose every call of the store, and whose every request, ends when a scheduler says so: in any order. */
class Race {
  readonly clock = new ManualClock();
  readonly authority = new FakeAuthority(this.clock);
  readonly memory = new MemoryStore({ authority: 'https://auth.example', now: this.clock.monotonic });
  readonly leases: Lease[];
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler, count: number) {
    this.#scheduler = scheduler;
    this.leases = Array.from({ length: count }, (_, index) => this.lease(`lease ${index}`));
  }

  lease(name: string): Lease {
    const { clock, memory, authority } = this;
    const late = (label: string) => this.#scheduler.schedule(Promise.resolve(), `${name} ${label}`);
    const store: LeaseStore = {
      authority: memory.authority,
      // The call takes effect at one moment, and is answered at another.
      read: async () => {
        await late('asks to read');
        const view = memory.read();
        await late('has read');
        return view;
      },
      swap: async (expected, text) => {
        await late('asks to swap');
        const done = memory.swap(expected, text);
        await late('has swapped');
        return done;
      },
      watch: (onChange) => memory.watch(() => void late('is told').then(onChange)),
    };
    const refresh: typeof authority.refresh = async (attempt) => {
      const outcome = await authority.refresh(attempt);
      await late('is answered');
      return outcome;
    };
    return new Lease({ store, clock, refresh, random: () => 0.5 });
  }

  /** Until nothing is under way, at one moment of virtual time. */
  async run(): Promise<void> {
    await settle();
    while (this.#scheduler.count() > 0) {
      await this.#scheduler.waitOne();
      await settle();
    }
  }
}

function gather(calls: readonly Promise<Grant>[]): Promise<unknown>[] {
  return calls.map((call) => call.catch((error: unknown) => error));
}

test('in whatever order the store answers, leases ask one after the other and all get a token', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 4 }), async (scheduler, count) => {
      const race = new Race(scheduler, count);
      let running = 0;
      for (const lease of race.leases) {
        lease.on('refresh-started', () => {
          running += 1;
          assert.equal(running, 1, 'two requests at once');
          assert.notEqual(parseState(race.memory.read().text).lock, null);
        });
        lease.on('refreshed', () => {
          running -= 1;
        });
      }
      const found = gather(race.leases.map((lease) => lease.acquire()));
      // No time passes: nobody misses the moment at which the lock is let go of.
      await race.run();
      const grants = await Promise.all(found);
      const generations = grants.map((grant) => Object(grant).generation);
      assert.deepEqual(
        generations.toSorted(),
        Array.from({ length: count }, (_, index) => index + 1),
      );
      assert.equal(race.authority.requests, count);
    }),
    { numRuns: 150, seed: 20_300_105 },
  );
});

test('in whatever order the store answers, a failure is the only request before its deadline', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 4 }), async (scheduler, count) => {
      const race = new Race(scheduler, count);
      race.authority.fail('transient', 503, '60');
      const found = gather(race.leases.map((lease) => lease.acquire()));
      await race.run();
      for (let look = 0; look < 3; look += 1) {
        await race.clock.advance(5 * SECOND);
        await race.run();
      }
      for (const error of await Promise.all(found)) assert.ok(error instanceof LeaseError, String(error));
      assert.equal(race.authority.requests, 1);
      for (const lease of race.leases) assert.equal(lease.snapshot().state, 'deferred');
    }),
    { numRuns: 150, seed: 20_300_106 },
  );
});

test('whatever a refusal, an adoption and a refresh of three leases overtake, no newer deadline or generation is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const race = new Race(scheduler, 3);
      const [first, second, third] = race.leases;
      assert.ok(first && second && third);
      const grant = first.adopt(race.authority.token());
      await race.run();
      await race.clock.advance(MINUTE);
      race.authority.fail('transient', 503, '120');
      const waiting = gather([second.acquire()]);
      first.reject(grant);
      third.adopt(race.authority.token());
      await race.run();
      await race.clock.advance(5 * SECOND);
      await race.run();
      await Promise.all(waiting);
      const { generation, deadline, lock } = parseState(race.memory.read().text);
      assert.equal(lock, null);
      assert.ok(generation >= 2, `generation ${generation}`);
      const seen = race.leases.map((lease) => lease.snapshot().retryAt);
      assert.equal(new Set(seen).size, 1, `they disagree: ${seen}`);
      assert.equal(seen[0], deadline?.retryAt ?? null);
    }),
    { numRuns: 200, seed: 20_300_107 },
  );
});
