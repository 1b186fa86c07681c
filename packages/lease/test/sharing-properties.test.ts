import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HOUR, MINUTE, SECOND } from './harness.ts';
import { type Reply, World } from './sharing-world.ts';

type Step =
  | { readonly do: 'acquire'; readonly which: number; readonly minValidityMs: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'set-wall'; readonly ms: number }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'crash' | 'restart' | 'keep-fresh' | 'credentials' | 'reset' | 'peek'; readonly which: number }
  | { readonly do: 'reject'; readonly which: number; readonly grant: number }
  | { readonly do: 'adopt'; readonly which: number; readonly lifeMs: number }
  | { readonly do: 'fault'; readonly which: number; readonly fault: World['processes'][number]['store']['fault'] };

const which = fc.nat(2);
const life = fc.oneof(fc.integer({ min: -SECOND, max: MINUTE }), fc.integer({ min: MINUTE, max: 2 * HOUR }));
const span = fc.oneof(
  fc.integer({ min: 0, max: 2 * SECOND }),
  fc.integer({ min: 0, max: 40 * SECOND }),
  fc.integer({ min: 0, max: 10 * MINUTE }),
);

const reply: fc.Arbitrary<Reply> = fc.record({
  kind: fc.constantFrom('success', 'success', 'transient', 'invalid', 'unauthorized', 'gone', 'throw', 'hang'),
  lifeMs: life,
  delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 * SECOND })),
  retryAfter: fc.constantFrom(null, null, '1', '60', '7200', 'soon'),
});

const acquire = fc.record({ do: fc.constant('acquire'), which, minValidityMs: fc.constantFrom(0, 0, MINUTE, HOUR) });
const advance = fc.record({ do: fc.constant('advance'), ms: span });
const sleep = fc.record({ do: fc.constant('sleep'), ms: span });
const ends = fc.record({ do: fc.constantFrom('crash', 'crash', 'restart'), which });
const wall = (min: number, max: number) => fc.record({ do: fc.constant('set-wall'), ms: fc.integer({ min, max }) });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: acquire },
  { weight: 8, arbitrary: advance },
  { weight: 1, arbitrary: wall(-2 * HOUR, 2 * HOUR) },
  { weight: 1, arbitrary: sleep },
  { weight: 3, arbitrary: ends },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('keep-fresh', 'credentials', 'reset', 'peek'), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reject'), which, grant: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('adopt'), which, lifeMs: life }) },
);

const fault = fc.record({
  do: fc.constant('fault'),
  which,
  fault: fc.constantFrom('none', 'none', 'read', 'write', 'both', 'hang', 'write-lost'),
});

const outageStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: acquire },
  { weight: 6, arbitrary: advance },
  { weight: 1, arbitrary: wall(-2 * HOUR, 0) },
  { weight: 1, arbitrary: sleep },
  { weight: 3, arbitrary: ends },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('keep-fresh'), which }) },
);

const setting = {
  shareToken: fc.boolean(),
  storeDelayMs: fc.constantFrom(0, 0, 1, 20, 300),
  dice: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 5, size: 'max' }),
};
const replies = fc.array(reply, { minLength: 1, maxLength: 10, size: 'max' });
const stepsOf = (one: fc.Arbitrary<Step>) => fc.array(one, { minLength: 1, maxLength: 40, size: 'max' });

async function take(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case 'acquire':
      return void world.acquire(step.which, step.minValidityMs);
    case 'advance':
      return world.advance(step.ms);
    case 'set-wall':
      return world.clock.setWallBy(step.ms);
    case 'sleep':
      return world.clock.sleep(step.ms);
    case 'crash':
      return world.crash(step.which);
    case 'restart':
      return world.restart(step.which);
    case 'keep-fresh':
      return void world.process(step.which).lease.keepFresh();
    case 'credentials':
      return world.process(step.which).lease.credentialsChanged();
    case 'reset':
      return world.process(step.which).lease.reset();
    case 'peek': {
      const process = world.process(step.which);
      const grant = process.lease.peek();
      return grant === null ? undefined : world.handedOut(process, grant);
    }
    case 'reject':
      return world.reject(step.which, step.grant);
    case 'adopt':
      return world.adopt(step.which, step.lifeMs);
    case 'fault':
      world.process(step.which).store.fault = step.fault;
  }
}

test('whatever several leases on one store live through, they ask as one, and all are served in the end', async () => {
  const story = fc.record({ ...setting, replies, steps: stepsOf(step) });
  await fc.assert(
    fc.asyncProperty(story, async ({ steps, ...options }) => {
      const world = new World({ processes: 3, ...options });
      for (const one of steps) {
        await take(world, one);
        await world.rest();
      }
      await world.recover();
      assert.deepEqual(world.broken, []);
    }),
    { numRuns: 250, seed: 20_300_102 },
  );
});

test('in an outage they ask once, and then as often as one of them may, however often they are restarted', async () => {
  const outage = fc.record({
    ...setting,
    kind: fc.constantFrom('transient', 'throw', 'hang', 'invalid'),
    retryAfter: fc.constantFrom(null, '40'),
    steps: stepsOf(outageStep),
  });
  await fc.assert(
    fc.asyncProperty(outage, async ({ steps, kind, retryAfter, ...options }) => {
      const down: Reply = { kind, lifeMs: 0, delayMs: 100, retryAfter };
      const world = new World({ processes: 3, ...options, replies: [down] });
      let lasted = 0;
      for (const one of steps) {
        if (one.do === 'advance' || one.do === 'sleep') lasted += one.ms;
        await take(world, one);
        await world.rest();
      }
      const shortest = 24 * SECOND;
      assert.ok(world.requests <= 1 + lasted / shortest, `${world.requests} requests in ${lasted} ms`);
      await world.recover();
      assert.deepEqual(world.broken, []);
    }),
    { numRuns: 150, seed: 20_300_103 },
  );
});

test('a store that fails in any way at any time costs the guard, never a promise of the lease itself', async () => {
  const story = fc.record({
    ...setting,
    replies,
    steps: stepsOf(fc.oneof({ weight: 10, arbitrary: step }, { weight: 3, arbitrary: fault })),
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ steps, ...options }) => {
      const world = new World({ processes: 3, ...options });
      world.isStoreSound = false;
      for (const one of steps) {
        await take(world, one);
        await world.rest();
      }
      await world.recover();
      assert.deepEqual(world.broken, []);
    }),
    { numRuns: 150, seed: 20_300_104 },
  );
});
