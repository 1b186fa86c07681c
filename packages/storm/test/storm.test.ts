import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { policies } from '../src/policies/index.ts';
import { parseScenario } from '../src/scenario/parse.ts';
import type { Scenario } from '../src/scenario/schema.ts';
import { type StormResult, storm } from '../src/storm.ts';

function scenario(members: object): Scenario {
  return parseScenario(JSON.stringify({ name: 'test', about: '', ...members }), 'test');
}

function run(name: string, of: Scenario, hosts = 200, seed = 'seed'): Promise<StormResult> {
  const policy = policies.find((one) => one.name === name);
  assert.ok(policy !== undefined, name);
  return storm({ scenario: of, policy, hosts, seed });
}

const outage = { fault: '503', endpoints: ['refresh'], from: 600, to: 1200 };

describe('a storm', () => {
  test('is the same to the byte for the same seed, and another for another', async () => {
    const of = scenario({ incidents: [outage] });
    const first = JSON.stringify(await run('holdfast', of));
    assert.equal(JSON.stringify(await run('holdfast', of)), first);
    assert.notEqual(JSON.stringify(await run('holdfast', of, 200, 'other')), first);
  });

  test('quiet times are quiet: about the requests that are needed, every host linked, every pairing served', async () => {
    for (const name of policies.map((policy) => policy.name)) {
      const { figures, steadyLoad } = await run(name, scenario({ duration: 1_800 }), 60);
      const steady = figures.requests.total / 1_800 / steadyLoad;
      assert.ok(steady > 0.4 && steady < 1.3, `${name} asks ${steady} of what is needed`);
      assert.ok(figures.linked > 0.995, `${name} is linked ${figures.linked}`);
      // who renews late may meet the last moment of a token
      const few = name === 'holdfast' ? 0 : 2;
      assert.ok(figures.pairings.asked - figures.pairings.served <= few, `${name}: pairings`);
      assert.ok(figures.failed <= few, `${name}: ${figures.failed} failed`);
    }
  });

  test('a refresh that is down for ten minutes costs Holdfast no link while its token is valid', async () => {
    const of = scenario({ fleet: { link_life: 600 }, incidents: [outage] });
    const [ours, codex] = [await run('holdfast', of), await run('codex', of)];
    assert.ok(ours.figures.linked > codex.figures.linked, `${ours.figures.linked} and ${codex.figures.linked}`);
  });

  test('a Retry-After is kept by all: nobody asks again before it', async () => {
    const of = scenario({ incidents: [{ ...outage, retry_after: 590 }] });
    const { figures } = await run('holdfast', of);
    assert.ok(figures.noticing !== null && figures.noticing.seconds !== null);
    assert.ok(figures.noticing.probes <= 2.1, `${figures.noticing.probes} requests until it was noticed`);
  });

  test('nobody beats the bound', async () => {
    const of = scenario({ duration: 1_800, incidents: [{ ...outage, fault: '502' }] });
    for (const { name } of policies) {
      const { noticing } = (await run(name, of, 60)).figures;
      if (noticing?.bound == null) continue;
      assert.ok(noticing.probes > noticing.bound * 0.9, `${name}: ${noticing.probes} against ${noticing.bound}`);
    }
  });

  test('a process that dies again and again keeps its deadline; one that forgets it does not', async () => {
    const of = scenario({
      duration: 1_300,
      fleet: { crash_loop: { share: 1, life: 5, pause: 1 } },
      incidents: [{ ...outage, retry_after: 300 }],
    });
    const [kept, forgotten] = [await run('holdfast', of, 10), await run('holdfast-forgetful', of, 10)];
    const { refresh } = kept.figures.requests;
    assert.ok(
      refresh < forgotten.figures.requests.refresh / 1.5,
      `${refresh} and ${forgotten.figures.requests.refresh}`,
    );
  });

  test('machines that wake with dead links and expired tokens are back within a minute', async () => {
    const of = scenario({
      authority: { capacity: 1_000 },
      fleet: { asleep: { share: 0.9, wake_from: 600, wake_to: 660 } },
    });
    const { recovery } = (await run('holdfast', of)).figures;
    assert.ok(recovery !== null && recovery.seconds !== null && recovery.seconds < 60, JSON.stringify(recovery));
  });

  test('wrong clocks keep nobody from a link', async () => {
    const of = scenario({ fleet: { wrong_clocks: { share: 1, by: 600 } } });
    const { figures } = await run('holdfast', of);
    assert.ok(figures.linked > 0.995, String(figures.linked));
  });

  test('stopped early it gives what was computed so far', async () => {
    const stop = new AbortController();
    const [policy] = policies;
    assert.ok(policy !== undefined);
    const onProgress = (share: number): void => {
      if (share > 0.3) stop.abort();
    };
    const of = scenario({ incidents: [outage] });
    const result = await storm({ scenario: of, policy, hosts: 200, seed: 's', signal: stop.signal, onProgress });
    assert.equal(result.isComplete, false);
    assert.ok(result.seconds > 1_000 && result.seconds < 3_600, String(result.seconds));
    assert.ok(result.figures.requests.total > 0);
  });
});
