import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Seeded } from '@holdfast/testkit';
import { type AgentLife, Ledger, type StreamRecord } from './ledger.ts';
import { plan } from './plan.ts';
import { judge } from './verdict.ts';
import { cast } from './world.ts';

const STREAM_BYTES = 1_000_000;

/** A stream on which three messages went each way, as a sound system would have it, and what the test spoils of it. */
function judged(spoil: (world: { ledger: Ledger; record: StreamRecord; life: AgentLife }) => void): string[] {
  let now = 0;
  const ledger = new Ledger(() => now++);
  const record = ledger.open('sdk-1.1', 'host-1');
  const life: AgentLife = { stream: 'sdk-1.1', host: 'host-1#1', heard: [1, 2, 3], said: 3, saidChars: 300 };
  ledger.lives.push(life);
  for (const n of [1, 2, 3]) {
    ledger.sent(record, { stream: 'sdk-1.1', n, replies: [1] }, 100);
    ledger.took(record, { stream: 'sdk-1.1', m: n, n }, 100);
  }
  spoil({ ledger, record, life });
  return judge(ledger, STREAM_BYTES).map(({ rule }) => rule);
}

test('a ledger in which both books agree has no fault', () => {
  assert.deepEqual(
    judged(() => {}),
    [],
  );
});

test('what the agent never heard is lost, at the end and in between', () => {
  assert.deepEqual(
    judged(({ life }) => life.heard.pop()),
    ['nothing lost'],
  );
  assert.deepEqual(
    judged(({ life }) => life.heard.splice(1, 1)),
    ['nothing lost'],
  );
});

test('what the controller never took is lost, unless it left before', () => {
  assert.deepEqual(
    judged(({ record }) => record.took.pop()),
    ['nothing lost'],
  );
  assert.deepEqual(
    judged(({ ledger, record }) => {
      record.took.pop();
      ledger.end(record, 'abandoned');
    }),
    [],
  );
});

test('what is there twice is noticed on both sides', () => {
  assert.deepEqual(
    judged(({ life }) => life.heard.push(2)),
    ['nothing twice'],
  );
  assert.deepEqual(
    judged(({ record }) => record.took.push({ m: 3, n: 3 })),
    ['nothing twice'],
  );
});

test('what came too late is noticed as disorder', () => {
  const rules = judged(({ life }) => life.heard.splice(0, 3, 1, 3, 2));
  assert.deepEqual(rules, ['in order']);
});

test('a stream begun twice on a host that ran all the while is a repetition; on one that was restarted it is none', () => {
  const again = (host: string): AgentLife => ({ stream: 'sdk-1.1', host, heard: [1, 2, 3], said: 3, saidChars: 300 });
  assert.deepEqual(
    judged(({ ledger }) => ledger.lives.push(again('host-1#1'))),
    ['nothing twice'],
  );
  assert.deepEqual(
    judged(({ ledger }) => ledger.lives.push(again('host-1#2'))),
    [],
  );
});

test('a stream may be gone when its host was restarted or too much waited, and for no other reason', () => {
  const gone = (before: (ledger: Ledger, life: AgentLife) => void) =>
    judged(({ ledger, record, life }) => {
      before(ledger, life);
      ledger.end(record, 'gone');
    });
  assert.deepEqual(
    gone(() => {}),
    ['no stream ends without a cause'],
  );
  assert.deepEqual(
    gone((ledger) => ledger.restarted('host-2')),
    ['no stream ends without a cause'],
  );
  assert.deepEqual(
    gone((ledger) => ledger.restarted('host-1')),
    [],
  );
  assert.deepEqual(
    gone((_, life) => {
      life.saidChars += STREAM_BYTES;
    }),
    [],
  );
});

test('what nobody sent, and a stream that nobody opened, are made up', () => {
  assert.deepEqual(
    judged(({ life }) => life.heard.push(4)),
    ['nothing made up'],
  );
  const stranger: AgentLife = { stream: 'x', host: 'host-1#1', heard: [1], said: 0, saidChars: 0 };
  assert.deepEqual(
    judged(({ ledger }) => ledger.lives.push(stranger)),
    ['nothing made up'],
  );
});

test('the same seed makes the same plan, and another one another', () => {
  const planOf = (seed: number) => [...plan(new Seeded(seed), cast, 60_000)];
  assert.deepEqual(planOf(1), planOf(1));
  assert.notDeepEqual(planOf(1), planOf(2));
  const kinds = new Set([...plan(new Seeded(1), cast, 600_000)].map(({ fault }) => fault.kind));
  assert.equal(kinds.size, 13);
});
