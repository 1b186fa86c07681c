import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startAuthority } from '@holdfast/testkit';
import { startHost, tempDir } from '../e2e/support/host-process.ts';
import { faults } from './support/faults.ts';
import { record } from './support/record.ts';
import { START_PATIENCE_MS } from './support/subjects.ts';

const NAME = 'agent-crashes';
const INITIALIZES = 50;

test(faults[NAME].fault, async (t) => {
  const authority = await startAuthority();
  t.after(() => authority.close());
  const starts = join(tempDir(t), 'starts');
  const agent = ['sh', '-c', `echo >> ${starts}; echo no configuration >&2; exit 7`];
  const host = startHost(t, { relay: authority.base, agent });
  await authority.waitForLink(1, { timeoutMs: START_PATIENCE_MS });
  const startedAt = performance.now();
  const codes: unknown[] = [];
  for (let n = 0; n < INITIALIZES; n += 1) {
    const { error } = await authority.openStream().request('initialize');
    assert.match(JSON.stringify(error), /no configuration/);
    codes.push(Object(error).code);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const started = readFileSync(starts, 'utf8').length;
  // three, and one more after 1, 2, 4, … seconds
  assert.ok(started <= 3 + Math.ceil(Math.log2(seconds + 1)), `${started} starts in ${seconds} s`);
  assert.equal(codes.filter((code) => code === -32004).length, INITIALIZES - started, 'the others are told when');
  const status = await host.status();
  assert.match(status.reason, /The agent keeps failing: .*no configuration/);
  await record(NAME, `starts: ${started}`);
});
