import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempDir } from './support/host-process.ts';
import { finish } from './support/programs.ts';

test("a scenario of one's own is run, told as JSON and shown as a page; a wrong one is refused with its line", async (t) => {
  const dir = tempDir(t);
  const [file, page] = [join(dir, 'mine.json'), join(dir, 'page.html')];
  const scenario = { name: 'mine', about: '', duration: 900, incidents: [{ fault: '502', from: 300, to: 600 }] };
  writeFileSync(file, JSON.stringify(scenario));
  const args = ['storm', file, '--hosts', '20', '--policy', 'holdfast,codex', '--html', page];
  const ran = await finish(t, [...args, '--json']);
  assert.equal(ran.code, 0, ran.stderr);
  const results = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { policy: string; seconds: number; isComplete: boolean });
  assert.deepEqual(
    results.map(({ policy, seconds, isComplete }) => [policy, seconds, isComplete]),
    [
      ['holdfast', 900, true],
      ['codex', 900, true],
    ],
  );
  assert.match(readFileSync(page, 'utf8'), /<svg .*<\/html>/s);

  writeFileSync(file, JSON.stringify({ ...scenario, duration: 500 }, null, 1));
  const refused = await finish(t, ['storm', file]);
  assert.equal(refused.code, 2);
  assert.equal(refused.stderr, `holdfast: ${file}:9: incidents[0].to is 600, after the scenario's end at 500\n`);
});
