import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tempDir } from './support/host-process.ts';
import { finish, startRelayProcess } from './support/programs.ts';

const fileOf = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));
const textOf = (name: string) => readFileSync(fileOf(name), 'utf8');

/** The relay's command line in each of the files, as its reader would run it. */
const COMMANDS: Record<string, readonly string[]> = {
  Dockerfile: JSON.parse(/^CMD (\[.*\])$/m.exec(textOf('Dockerfile'))?.[1] ?? '[]') as string[],
  'compose.yaml': [
    ...(/^ {4}command:\n((?: {6}- .*\n)+)/m.exec(textOf('compose.yaml'))?.[1]?.matchAll(/- (.*)\n/g) ?? []),
  ].map(([, word = '']) => word.replace(/\$\{HOLDFAST_NAME:[^}]*\}/, 'relay.example.org')),
  'holdfast-relay.service':
    /^ExecStart=\/usr\/bin\/holdfast (.*)$/m.exec(textOf('holdfast-relay.service'))?.[1]?.split(' ') ?? [],
};

for (const [file, words] of Object.entries(COMMANDS)) {
  test(`the relay takes what deploy/${file} gives it`, async (t) => {
    assert.equal(words[0], 'relay');
    const { code, stdout, stderr } = await finish(t, [...words, '--print-config']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"data"/);
  });
}

test('the health check says whether the relay is of use', async (t: TestContext) => {
  const data = tempDir(t);
  const check = () => spawnSync(process.execPath, [fileOf('healthcheck.mjs'), data], { encoding: 'utf8' });
  assert.equal(check().status, 1);
  const { program } = await startRelayProcess(t, data);
  const { status, stdout } = check();
  assert.deepEqual([status, stdout], [0, 'ready\n']);
  program.kill('SIGKILL');
  await program.exited;
  assert.equal(check().status, 1);
});

test('systemd knows every word of the unit', { skip: spawnSync('systemd-analyze', ['--version']).status !== 0 }, () => {
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', fileOf('holdfast-relay.service')], {
    encoding: 'utf8',
  });
  const said = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.includes('holdfast-relay') && !line.includes('/usr/bin/holdfast is not'));
  assert.deepEqual(said, []);
});
