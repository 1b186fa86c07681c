import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Leashed, TEST_CA_FILE } from '@holdfast/testkit';
import { places } from '../../packages/cli/src/places.ts';
import { PROXIED_RELAY, startBehindProxy } from './support/behind-proxy.ts';
import { tempDir } from './support/host-process.ts';
import { finish, JsonLines } from './support/programs.ts';

/** Stands where systemctl, loginctl and launchctl are looked for: notes each call, and says what a test wrote down for it. */
const STAND_IN = `#!/bin/sh
echo "$(basename "$0") $*" >> "$STAND_IN/calls"
for word in show-environment show is-enabled print show-user; do
  for said in "$@"; do
    [ "$said" = "$word" ] || continue
    [ -e "$STAND_IN/$word.fails" ] && { cat "$STAND_IN/$word.fails" >&2; exit 1; }
    [ -e "$STAND_IN/$word" ] && cat "$STAND_IN/$word"
    exit 0
  done
done
exit 0
`;

interface Machine {
  readonly home: string;
  readonly env: Record<string, string>;
  /** What the stand-ins were called with since the last time. */
  calls(): string[];
  /** From now on `word` is answered so. */
  answer(word: string, text: string): void;
}

/** A user with an empty home, and service managers that only take notes. */
function makeMachine(t: TestContext): Machine {
  const home = realpathSync(tempDir(t));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  for (const name of ['systemctl', 'loginctl', 'launchctl']) {
    writeFileSync(join(bin, name), STAND_IN);
    chmodSync(join(bin, name), 0o755);
  }
  const calls = join(home, 'calls');
  writeFileSync(calls, '');
  writeFileSync(join(home, 'show'), 'ActiveState=inactive\nSubState=dead\nMainPID=0\nExecMainCode=0\n');
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    HOLDFAST_HOME: join(home, 'state'),
    STAND_IN: home,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  };
  return {
    home,
    env,
    calls() {
      const said = readFileSync(calls, 'utf8').split('\n').filter(Boolean);
      writeFileSync(calls, '');
      return said.filter((line) => / (daemon-reload|enable|disable|restart|bootstrap|bootout)/.test(line));
    },
    answer: (word, text) => writeFileSync(join(home, word), text),
  };
}

const RUNNING =
  'ActiveState=active\nSubState=running\nMainPID=4711\nExecMainCode=0\nActiveEnterTimestamp=@1764038400\n';

function unitOf({ home }: Machine, program: string): string {
  return join(home, '.config', 'systemd', 'user', `holdfast-${program}.service`);
}

describe('a service', { concurrency: true }, () => {
  test('that is only printed changes nothing, and holds no secret', async (t) => {
    const machine = makeMachine(t);
    const env = {
      ...machine.env,
      HTTPS_PROXY: 'http://me:canary@proxy.test:3128',
      HOLDFAST_ACCOUNT_TOKEN: 'canary',
      HOLDFAST_RELAY_TOKEN_LIFE: '60',
    };
    const words = ['--data', './a "b" %h $HOME', '--listen', '127.0.0.1:0'];
    const { code, stdout, stderr } = await finish(
      t,
      ['service', 'install', '--manager', 'systemd', '--dry-run', 'relay', ...words],
      { env },
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^ExecStart=".*holdfast\.js" "relay" "--data" "\.\/a \\"b\\" %%h \$\$HOME" "--listen"/m);
    assert.match(stdout, new RegExp(`^Environment="HOLDFAST_HOME=${machine.env['HOLDFAST_HOME']}"$`, 'm'));
    assert.match(stdout, /^Environment="HOLDFAST_RELAY_TOKEN_LIFE=60"$/m);
    assert.match(stdout, /^Restart=always$/m);
    assert.doesNotMatch(stdout, /canary/);
    assert.deepEqual([existsSync(join(machine.home, '.config')), machine.calls()], [false, []]);
  });

  test('of a host, a relay or a forwarder is one that systemd finds nothing wrong with', {
    skip: spawnSync('systemd-analyze', ['--version']).error === undefined ? false : 'there is no systemd here',
  }, async (t) => {
    const machine = makeMachine(t);
    login(machine);
    for (const [program, ...args] of [
      ['forward', '--relay', 'https://relay.example.org'],
      ['relay', '--listen', '127.0.0.1:0'],
      ['host', '--relay', 'http://127.0.0.1:7420', '--', 'sh', '-c', 'echo "$HOME" 100%'],
    ] as const) {
      const flags = ['--manager', 'systemd', '--dry-run', program, ...args];
      const { stdout, stderr } = await finish(t, ['service', 'install', ...flags], { env: machine.env });
      const file = join(machine.home, `holdfast-${program}.service`);
      assert.equal(stderr, '');
      writeFileSync(file, stdout);
      const verify = spawnSync('systemd-analyze', ['--user', 'verify', file], {
        env: { ...process.env, XDG_RUNTIME_DIR: machine.home },
        encoding: 'utf8',
      });
      assert.deepEqual([verify.status, verify.stderr], [0, '']);
    }
  });

  test('is installed once; the same again changes nothing, and another command line replaces it', async (t) => {
    const machine = makeMachine(t);
    const env = { ...machine.env, HTTPS_PROXY: 'http://me:canary@proxy.test:3128' };
    const install = async (...args: string[]) => {
      const flags = ['--manager', 'systemd', '--json', 'relay', ...args];
      const { code, stdout, stderr } = await finish(t, ['service', 'install', ...flags], { env });
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout) as { changed: boolean; advice: string[] };
    };
    const first = await install('--listen', '127.0.0.1:1');
    assert.equal(first.changed, true);
    assert.match(first.advice.join('\n'), /loginctl enable-linger/);
    const started = ['daemon-reload', 'enable holdfast-relay.service', 'restart holdfast-relay.service'];
    const calls = started.map((call) => `systemctl --user ${call}`);
    assert.deepEqual(machine.calls(), calls);
    const unit = unitOf(machine, 'relay');
    const secrets = join(machine.home, '.config', 'holdfast', 'relay.env');
    assert.doesNotMatch(readFileSync(unit, 'utf8'), /canary/);
    assert.equal(statSync(secrets).mode & 0o777, 0o600);
    assert.equal(readFileSync(secrets, 'utf8'), `HTTPS_PROXY='${env.HTTPS_PROXY}'\n`);

    machine.answer('show', RUNNING);
    machine.answer('show-user', 'yes\n');
    const second = await install('--listen', '127.0.0.1:1');
    assert.equal(second.changed, false);
    assert.doesNotMatch(second.advice.join('\n'), /linger/);
    assert.deepEqual(machine.calls(), []);

    assert.equal((await install('--listen', '127.0.0.1:2')).changed, true);
    assert.match(readFileSync(unit, 'utf8'), /"127\.0\.0\.1:2"/);
    assert.deepEqual(machine.calls(), calls);

    const uninstall = () => finish(t, ['service', 'uninstall', '--manager', 'systemd', '--json', 'relay'], { env });
    assert.equal(JSON.parse((await uninstall()).stdout).changed, true);
    assert.deepEqual([existsSync(unit), existsSync(secrets)], [false, false]);
    const stopped = ['disable --now holdfast-relay.service', 'daemon-reload'].map((call) => `systemctl --user ${call}`);
    assert.deepEqual(machine.calls(), stopped);
    assert.equal(JSON.parse((await uninstall()).stdout).changed, false);
    assert.deepEqual(machine.calls(), []);
  });

  test('starts with what its unit says and nothing else: a host gets out through the proxy of the shell that installed it', async (t) => {
    const { proxy, account } = await startBehindProxy(t, { credentials: 'me:p%40ss' });
    const machine = makeMachine(t);
    const env = { ...machine.env, HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: TEST_CA_FILE };
    const logged = await finish(t, ['login', '--relay', PROXIED_RELAY], { env, input: account.HOLDFAST_ACCOUNT_TOKEN });
    assert.equal(logged.code, 0, logged.stderr);
    const args = ['--manager', 'systemd', 'host', '--relay', PROXIED_RELAY, '--json', '--', 'cat'];
    const installed = await finish(t, ['service', 'install', ...args], { env });
    assert.equal(installed.code, 0, installed.stderr);

    const unit = readFileSync(unitOf(machine, 'host'), 'utf8');
    const words = (line: string) =>
      [...line.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([word]) => JSON.parse(word) as string);
    const [command = '', ...rest] = words(/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '');
    const environment = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line]) => words(line ?? ''));
    const own = Object.fromEntries(environment.map((pair) => pair.split(/=(.*)/s, 2)));
    const host = new Leashed(command, rest, { env: own, cwd: '/' });
    t.after(() => host.stop());
    await new JsonLines(host).waitFor('the link', ({ status }) => status === 'connected');
    assert.deepEqual([...new Set(proxy.opened)], ['relay.test:443']);
  });

  test('has a status that is true', async (t) => {
    const machine = makeMachine(t);
    const status = async () => {
      const { code, stdout } = await finish(t, ['service', 'status', '--manager', 'systemd', 'relay'], {
        env: machine.env,
      });
      return `${code} ${stdout}`;
    };
    assert.match(await status(), /^69 The relay is not installed as a service/);
    await finish(t, ['service', 'install', '--manager', 'systemd', 'relay'], { env: machine.env });
    assert.match(await status(), /^69 The relay is installed, and not running\./);
    machine.answer('show', RUNNING);
    assert.match(
      await status(),
      /^0 The relay is running since 2025-11-25T02:40:00\.000Z, process 4711\.\nIt runs while its user/,
    );
    machine.answer('show-user', 'yes\n');
    assert.doesNotMatch(await status(), /while its user/);
    machine.answer(
      'show',
      'ActiveState=activating\nSubState=auto-restart\nMainPID=0\nExecMainCode=2\nExecMainStatus=9\n',
    );
    assert.match(await status(), /^69 .*about to be started again\.\nLast end: ended by signal 9/);
    machine.answer('show', 'ActiveState=failed\nSubState=failed\nMainPID=0\nExecMainCode=1\nExecMainStatus=2\n');
    assert.match(await status(), /^69 .*is not started again\.\nLast end: exit code 2 \(its command line is wrong\)/);
  });

  test('is not installed where it could not run: no manager, no account, a wrong command line', async (t) => {
    const machine = makeMachine(t);
    const install = (...args: string[]) =>
      finish(t, ['service', 'install', '--manager', 'systemd', ...args], { env: machine.env });
    const wrong = await install('relay', '--listen', 'here');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /HOST:PORT/);
    const nobody = await install('host', '--relay', 'http://127.0.0.1:7420');
    assert.equal(nobody.code, 77);
    assert.match(nobody.stderr, /Log in first: holdfast login --relay http:\/\/127\.0\.0\.1:7420/);
    machine.answer('show-environment.fails', 'Failed to connect to bus: No medium found\n');
    const alone = await install('relay');
    assert.equal(alone.code, 69);
    assert.match(alone.stderr, /no systemd here \(Failed to connect to bus: No medium found\).*--dry-run/);
    assert.deepEqual([existsSync(join(machine.home, '.config')), machine.calls()], [false, []]);
  });

  test('is a launch agent on macOS', async (t) => {
    const machine = makeMachine(t);
    const env = { ...machine.env, HTTPS_PROXY: 'http://me:canary@proxy.test:3128', NO_PROXY: 'a<b>&c' };
    const command = (name: string, ...args: string[]) =>
      finish(t, ['service', name, '--manager', 'launchd', ...args], { env });
    machine.answer('print.fails', 'Could not find service\n');
    const installed = await command('install', 'relay', '--listen', '127.0.0.1:0');
    assert.equal(installed.code, 0, installed.stderr);
    const agents = join(machine.home, 'Library', 'LaunchAgents');
    const plist = readFileSync(join(agents, 'holdfast.relay.plist'), 'utf8');
    assert.match(plist, /<string>relay<\/string>\s+<string>--listen<\/string>\s+<string>127\.0\.0\.1:0<\/string>/);
    assert.match(plist, /<key>NO_PROXY<\/key>\s+<string>a&lt;b&gt;&amp;c<\/string>/);
    assert.match(plist, /<key>KeepAlive<\/key>\s+<true\/>/);
    assert.doesNotMatch(plist, /canary/);
    const target = `gui/${process.getuid?.()}`;
    assert.deepEqual(machine.calls(), [
      `launchctl bootout ${target}/holdfast.relay`,
      `launchctl bootstrap ${target} ${join(agents, 'holdfast.relay.plist')}`,
    ]);
    assert.match((await command('status', 'relay')).stdout, /installed, and not running/);
    const { code } = await command('uninstall', 'relay');
    assert.equal(code, 0);
    assert.deepEqual(readdirSync(agents), []);
  });
});

/** As `holdfast login` leaves it. */
function login({ env }: Machine): void {
  const file = places.account(String(env['HOLDFAST_HOME']), 'http://127.0.0.1:7420/backend-api');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '{"accountId":"acc_1","accountToken":"hfa_1"}', { mode: 0o600 });
}
