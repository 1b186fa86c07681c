import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, threadMs } from './run.ts';
import type { Target } from './target.ts';
import { everyTarget } from './targets/index.ts';

/** Of each target; a night's run has many times as many. */
const INPUTS = 250;

for (const target of await everyTarget()) {
  test(`whatever comes, what is said of it holds: ${target.name}`, async () => {
    assert.deepEqual(await run([target], { seed: 'every run', inputs: INPUTS }), []);
  });
}

const planted = (check: Target['check']): Target => ({
  name: 'planted',
  seeds: ['{"a":"hello"}', 'GET / HTTP/1.1'],
  check,
});

test('a fault that is there is found, with the smallest input that shows it', async () => {
  const target = planted((input) => assert.ok(!input.includes('__proto__')));
  const [finding] = await run([target], { seed: 'a', inputs: 5_000 });
  assert.equal(finding?.input, '__proto__');
  assert.match(finding?.why ?? '', /AssertionError/);
});

test('what takes too long is found too', async () => {
  const target = planted((input) => {
    if (input.length < 2_000) return;
    for (const end = threadMs() + 250; threadMs() < end; );
  });
  const [finding] = await run([target], { seed: 'a', inputs: 20_000 });
  assert.match(finding?.why ?? '', /characters took \d+ ms/);
});

test('the same seed makes the same inputs', async () => {
  const inputsOf = async (seed: string) => {
    const inputs: string[] = [];
    await run([planted((input) => void inputs.push(input))], { seed, inputs: 50 });
    return inputs;
  };
  assert.deepEqual(await inputsOf('a'), await inputsOf('a'));
  assert.notDeepEqual(await inputsOf('a'), await inputsOf('b'));
});
