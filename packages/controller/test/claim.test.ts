import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { ControllerError, claimCode, connect, exportCredentials, importCredentials } from '@holdfast/controller';
import { generateDeviceKey, paths } from '@holdfast/wire';
import { claim, device, reaches, startRelay } from './harness.ts';

test('a pairing code makes a device a controller, by a proof that the relay checks', async (t) => {
  const relay = await startRelay(t);
  const credentials = await claimCode({ base: relay.base, code: ' abcd 2345 ', device });
  assert.equal(credentials.environmentId, 'env_1');
  assert.match(credentials.clientId, /^cli_[0-9a-f]{32}$/);
  assert.deepEqual(
    relay.requests.map(({ path, authorization }) => [path, authorization]),
    [
      [paths.claimStart, undefined],
      [paths.claimFinish, undefined],
    ],
  );
});

test('a wrong code says so, and how many tries are left', async (t) => {
  const relay = await startRelay(t);
  const wrong = () => claimCode({ base: relay.base, code: 'ZZZZ-ZZZZ', device });
  await assert.rejects(wrong, { code: 'ERR_CONTROLLER_CODE', status: 404, triesLeft: 9, requestId: 'req-1' });
  await assert.rejects(wrong, { triesLeft: 8, message: 'That code is wrong or has expired.' });
  await assert.rejects(wrong, (error: Error) => !JSON.stringify([error.message, error.stack]).includes('ZZZZ'));
});

test('too many wrong codes: the error says when to come back', async (t) => {
  const relay = await startRelay(t);
  const headers = { 'retry-after': '120' };
  relay.replyOnce(paths.claimFinish, { status: 429, body: { detail: 'Too many.', tries_left: 0 }, headers });
  const before = Date.now();
  await assert.rejects(claim(relay), ({ code, triesLeft, retryAt }: ControllerError) => {
    assert.deepEqual([code, triesLeft], ['ERR_CONTROLLER_CODE', 0]);
    return retryAt !== null && retryAt >= before + 120_000 && retryAt <= Date.now() + 120_000;
  });
});

test('a proof that is not accepted is not called a wrong code', async (t) => {
  const relay = await startRelay(t);
  relay.replyOnce(paths.claimFinish, { status: 403, body: { detail: 'Too old.', code: 'device_proof_refused' } });
  await assert.rejects(claim(relay), { code: 'ERR_CONTROLLER_RELAY', relayCode: 'device_proof_refused' });
  await claim(relay);
});

test('what is no code or no address is refused before anything is sent', async (t) => {
  const relay = await startRelay(t);
  await assert.rejects(claimCode({ base: relay.base, code: 'ABCD-01', device }), { code: 'ERR_CONTROLLER_CODE' });
  await assert.rejects(claimCode({ base: 'relay:7420', code: 'ABCD-2345', device }), { code: 'ERR_CONTROLLER_URL' });
  assert.equal(relay.requests.length, 0);
});

test('an address with no relay behind it is told from one that nobody listens on', async (t) => {
  const page = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hi'));
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const address = page.address();
  const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  t.after(() => page.close());
  await assert.rejects(claimCode({ base, code: 'ABCD-2345', device }), {
    code: 'ERR_CONTROLLER_MALFORMED',
    message: /is not JSON\. Is there a Holdfast relay at http:\/\/127\.0\.0\.1:\d+\/backend-api\?/,
  });
  page.closeAllConnections();
  await new Promise((resolve) => page.close(resolve));
  await assert.rejects(claimCode({ base, code: 'ABCD-2345', device }), {
    code: 'ERR_CONTROLLER_NETWORK',
    message: /cannot be reached: .*ECONNREFUSED/,
  });
});

test('a redirect is not followed: it would carry a code elsewhere', async (t) => {
  const relay = await startRelay(t);
  relay.replyOnce(paths.claimFinish, { status: 307, headers: { location: `${relay.base}/elsewhere` } });
  await assert.rejects(claim(relay), { code: 'ERR_CONTROLLER_NETWORK' });
  assert.equal(relay.seen('elsewhere'), 0);
});

test('an answer without an end is not read to its end', async (t) => {
  const relay = await startRelay(t);
  relay.replyOnce(paths.claimStart, { status: 200, body: 'x'.repeat(1_000_000) });
  await assert.rejects(claim(relay), { code: 'ERR_CONTROLLER_MALFORMED', message: /over 65536 bytes/ });
});

test("an abort ends the claim with the signal's own reason", async (t) => {
  const relay = await startRelay(t);
  const reason = new Error('changed my mind');
  await assert.rejects(
    claimCode({ base: relay.base, code: 'ABCD-2345', device, signal: AbortSignal.abort(reason) }),
    reason,
  );
  const abort = new AbortController();
  const fetching: Parameters<typeof claimCode>[0]['fetch'] = (_, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      abort.abort(reason);
    });
  await assert.rejects(
    claimCode({ base: relay.base, code: 'ABCD-2345', device, signal: abort.signal, fetch: fetching }),
    reason,
  );
});

test('credentials survive being written down, without a token, and connect again', async (t) => {
  const relay = await startRelay(t);
  const credentials = await claim(relay);
  const text = JSON.stringify(await exportCredentials(credentials));
  assert.ok(credentials.token !== undefined && !text.includes(credentials.token));
  const controller = connect({ credentials: await importCredentials(JSON.parse(text)) });
  t.after(() => controller.close());
  await reaches(controller, 'connected');
  assert.equal(relay.seen(paths.clientRefreshFinish), 1);
});

test('credentials that were damaged, or are not those of their key, are refused with what to do', async (t) => {
  const relay = await startRelay(t);
  const whole = await exportCredentials(await claim(relay));
  relay.codes.add('ABCD-2345');
  const other = await exportCredentials(await claim(relay));
  const broken: unknown[] = [
    null,
    'text',
    {},
    { ...whole, version: 2 },
    { ...whole, clientId: undefined },
    { ...whole, privateKey: { ...whole.privateKey, d: undefined } },
    { ...whole, privateKey: { ...whole.privateKey, x: 'AAAA' } },
    { ...whole, privateKey: other.privateKey },
    { ...whole, deviceIdentity: {} },
    { ...whole, base: 'nonsense' },
  ];
  for (const value of broken) {
    await assert.rejects(importCredentials(value), (error: unknown) => {
      assert.ok(error instanceof ControllerError);
      assert.equal(error.code, 'ERR_CONTROLLER_CREDENTIALS');
      assert.match(error.message, /Pair this device again/);
      assert.ok(!error.message.includes(whole.privateKey.d));
      return true;
    });
  }
});

test('a key that was made not extractable claims, and is not exported', async (t) => {
  const relay = await startRelay(t);
  const deviceKey = await generateDeviceKey({ extractable: false, protectionClass: 'os_protected_nonextractable' });
  const credentials = await claimCode({ base: relay.base, code: 'ABCD-2345', device, deviceKey });
  assert.equal(credentials.deviceKey, deviceKey);
  await assert.rejects(exportCredentials(credentials), {
    code: 'ERR_CONTROLLER_CREDENTIALS',
    message: /not extractable/,
  });
});
