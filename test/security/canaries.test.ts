import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { headers, paths, socketEndpoint } from '@holdfast/wire';
import { claim, newKey, TestController } from '../../packages/relay/test/harness/controller.ts';
import { post, TestHost } from '../../packages/relay/test/harness/host.ts';
import { open } from '../../packages/relay/test/harness/peer.ts';
import { tempDir } from '../e2e/support/host-process.ts';
import { accountEnv, finish, startRelayProcess } from '../e2e/support/programs.ts';

/** As it is, and as it would be found by somebody who looks a little further. */
function formsOf(secret: string): string[] {
  const bare = secret.replace(/^hf[a-z]_/, '');
  const raw = Buffer.from(bare, 'base64url').toString('latin1');
  return [bare, Buffer.from(secret).toString('base64').replace(/=+$/, ''), Buffer.from(secret).toString('hex'), raw];
}

test('no token, ticket or code that was ever in use is in a file, a log line, an error or the audit log; no message is in a log', async (t) => {
  const dataDir = tempDir(t);
  const { program, base } = await startRelayProcess(t, dataDir, undefined, ['--log-level', 'trace']);
  let stdout = '';
  program.stdout.on('data', (part) => {
    stdout += String(part);
  });
  const { HOLDFAST_ACCOUNT_ID: accountId, HOLDFAST_ACCOUNT_TOKEN: accountToken } = await accountEnv(t, dataDir);
  const errors: string[] = [];
  const failing = async (path: string, body: unknown, as: Record<string, string> = {}) => {
    const answer = await post(base, path, body, as);
    assert.ok(answer.status >= 400, path);
    errors.push(JSON.stringify([answer.body, ...answer.headers]));
  };

  // everything that has a secret happens once
  const host = await TestHost.enroll({ base, accountId, mintAccountToken: () => accountToken });
  const code = await host.pair(base, true);
  const device = await TestController.claim(base, code);
  const codes = await host.pair(base, true);
  const codex = await post(base, 'holdfast/account/codex-credentials', {}, host.accountHeaders);
  const ticket = await device.ticket(base);
  const hostLink = await host.link(base);
  const link = await device.link(base);
  const message = 'a-message-that-nobody-else-may-read';
  link.send(device.message('s1', 1, message));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  const secrets = [
    accountToken,
    host.token,
    device.token,
    ticket,
    ...[code, codes].flatMap((each) => [String(each['pairing_code']), String(each['manual_pairing_code'])]),
    String(codex.body['access_token']).split('.')[2] ?? '',
  ];
  // and comes where it does not belong: into calls that fail, handshakes that are refused, frames that break a rule
  for (const secret of secrets) {
    const bearer = { authorization: `Bearer x${secret}`, [headers.accountId]: accountId };
    await failing(paths.serverRefresh, { server_id: secret, installation_id: secret }, bearer);
    await failing(paths.clientTicket, { session: secret.slice(0, 3) }, device.bearer);
    await failing(paths.clientRefreshStart, { client_id: secret });
    await failing(paths.serverPairStatus, { pairing_code: secret, manual_pairing_code: secret }, bearer);
    await open(socketEndpoint(base, paths.serverSocket), { headers: { ...bearer, [headers.protocolVersion]: '3' } });
    await open(socketEndpoint(base, paths.clientSocket), { protocols: ['holdfast.v1', `ticket.x${secret}`] });
  }
  await failing(paths.clientPair, { client_id: device.clientId, pairing_code: `${secrets[4]}x` }, device.bearer);
  errors.push(JSON.stringify((await claim(base, { pairing_code: `${secrets[4]}y` }, await newKey())).body));
  link.send(`{"type":"client_message","client_id":${JSON.stringify(device.token)}`);
  const broken = await link.untilClosed();
  hostLink.send({ type: 'server_message', client_id: host.token, message: 7 });
  const alsoBroken = await hostLink.untilClosed();
  errors.push(broken.reason, alsoBroken.reason);

  const { stdout: audit } = await finish(t, ['audit', '--data', dataDir, '--json']);
  assert.match(audit, /client_paired/);
  const files = readdirSync(dataDir).flatMap((name) =>
    name.endsWith('.sock') ? [] : [[name, readFileSync(join(dataDir, name)).toString('latin1')] as const],
  );
  const database = files.map(([, text]) => text).join('\n');
  assert.ok(database.includes(host.serverId) && database.includes(device.clientId), 'the scan sees what is there');
  assert.match(program.stderr(), new RegExp(host.serverId), 'the log is there');
  const places = [
    ...files,
    ['stdout', stdout],
    ['stderr', program.stderr()],
    ['audit', audit],
    ['errors', errors.join('\n')],
  ] as const;
  for (const [n, secret] of secrets.entries()) {
    assert.ok(secret.length >= 9, `secret ${n} is one`);
    for (const [place, text] of places)
      for (const form of formsOf(secret))
        if (form.length >= 8) assert.ok(!text.includes(form), `secret ${n} is in ${place}`);
  }
  for (const text of [stdout, program.stderr(), audit]) assert.ok(!text.includes(message));
});
