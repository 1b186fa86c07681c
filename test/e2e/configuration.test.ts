import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { tempDir } from './support/host-process.ts';
import { finish, JsonLines, run } from './support/programs.ts';

type Printed = Record<string, { readonly value: unknown; readonly from: string }>;

function fileOf(t: TestContext, content: unknown): string {
  const path = join(tempDir(t), 'config.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('the configuration of a program', { concurrency: true }, () => {
  test('comes from flags, then variables, then a file, then defaults, and is shown with where it is from', async (t) => {
    const config = fileOf(t, {
      ...{ relay: 'https://relay.test', name: 'file', 'ca-file': '/file.pem', 'log-level': 'info' },
      command: ['codex', 'app-server'],
    });
    const env = { HOLDFAST_HOST_NAME: 'variable', HOLDFAST_HOST_LOG_LEVEL: 'warn', HOLDFAST_HOME: '/home' };
    for (const args of [
      ['--config', config, '--log-level', 'debug'],
      ['--log-level', 'debug', '--config', config],
    ]) {
      const { code, stdout, stderr } = await finish(t, ['host', ...args, '--print-config'], { env });
      assert.equal(code, 0, stderr);
      const { relay, name, data, command, ...rest } = JSON.parse(stdout) as Printed;
      assert.deepEqual(relay, { value: 'https://relay.test/backend-api', from: 'file' });
      assert.deepEqual(name, { value: 'variable', from: 'HOLDFAST_HOST_NAME' });
      assert.deepEqual(rest['log-level'], { value: 'debug', from: 'flag' });
      assert.deepEqual(rest['ca-file'], { value: '/file.pem', from: 'file' });
      assert.deepEqual(data, { value: '/home/host', from: 'default' });
      assert.deepEqual(command, { value: ['codex', 'app-server'], from: 'file' });
    }
  });

  test('holds in a program that runs, whose command line can be nothing but the file', async (t) => {
    const config = fileOf(t, {
      listen: '127.0.0.1:0',
      data: tempDir(t),
      'token-life': 60,
      'public-url': 'https://a.test',
    });
    const relay = run(t, ['relay', '--json', '--config', config], { HOLDFAST_RELAY_PUBLIC_URL: 'https://b.test' });
    const { publicUrl } = await new JsonLines(relay).waitFor('it', ({ event }) => event === 'listening');
    assert.equal(publicUrl, 'https://b.test');
  });

  test('that cannot be right is refused, with the file or the variable and the option', async (t) => {
    const refused = async (config: unknown, words: RegExp, env: Record<string, string> = {}) => {
      const { code, stderr } = await finish(t, ['relay', '--config', fileOf(t, config)], { env });
      assert.equal(code, 2, stderr);
      assert.match(stderr, words);
      assert.doesNotMatch(stderr, /\n\s+at /);
    };
    await refused({ lissten: '127.0.0.1:0' }, /config\.json cannot be used: .*lissten/);
    await refused({ listen: 'here' }, /config\.json cannot be used: listen: .*HOST:PORT/);
    await refused({ insecure: 'yes' }, /insecure: .*boolean/);
    await refused('{', /config\.json cannot be used: .*JSON/);
    await refused({ command: ['sh'] }, /command/);
    await refused({}, /HOLDFAST_RELAY_LISTEN cannot be used: listen: .*HOST:PORT/, { HOLDFAST_RELAY_LISTEN: 'here' });
    const missing = await finish(t, ['relay', '--config', '/no/such.json']);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /\/no\/such\.json cannot be used: ENOENT/);
  });
});
