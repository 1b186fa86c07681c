import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { paths } from '@holdfast/wire';
import { newKey, proofOf } from './harness/controller.ts';
import { appFor } from './harness/services.ts';

const TEN_MINUTES = 600_000;

test('a code makes one device a controller, and its host learns of it', async (t) => {
  const { enroll, code, claim, ask, asServer } = appFor(t);
  const grant = await enroll();
  const { pairing_code } = await code(grant);
  const status = async () =>
    (await ask('POST', paths.serverPairStatus, { body: { pairing_code }, as: asServer(grant) })).body;
  assert.deepEqual(await status(), { claimed: false });
  const first = await claim({ pairing_code: String(pairing_code) });
  assert.equal(first.status, 200);
  assert.equal(first.body['environment_id'], grant['environment_id']);
  assert.match(String(first.body['client_id']), /^cli_[0-9a-f]{32}$/);
  assert.deepEqual(await status(), { claimed: true });
  const second = await claim({ pairing_code: String(pairing_code) });
  assert.equal(second.status, 404);
});

test('of two devices that claim at once, one gets in', async (t) => {
  const { enroll, code, claim } = appFor(t);
  const { pairing_code } = await code(await enroll());
  const answers = await Promise.all([1, 2, 3].map(() => claim({ pairing_code: String(pairing_code) })));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
});

test('a manual code is taken as a person types it', async (t) => {
  const { enroll, code, claim } = appFor(t);
  const { manual_pairing_code } = await code(await enroll());
  assert.match(String(manual_pairing_code), /^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
  const typed = String(manual_pairing_code).toLowerCase().replace('-', ' ');
  assert.equal((await claim({ manual_pairing_code: typed })).status, 200);
});

test('a code lives ten minutes', async (t) => {
  const { enroll, code, claim, ask, asServer, clock } = appFor(t);
  const grant = await enroll();
  const { pairing_code } = await code(grant);
  clock.block(TEN_MINUTES);
  assert.equal((await claim({ pairing_code: String(pairing_code) })).status, 404);
  const fresh = await enroll();
  assert.equal(
    (await ask('POST', paths.serverPairStatus, { body: { pairing_code }, as: asServer(fresh) })).status,
    404,
  );
});

test("a host cannot ask after another host's code", async (t) => {
  const { enroll, code, ask, asServer } = appFor(t);
  const { pairing_code } = await code(await enroll());
  const other = await enroll('installation-2');
  assert.equal(
    (await ask('POST', paths.serverPairStatus, { body: { pairing_code }, as: asServer(other) })).status,
    404,
  );
});

test('ten wrong codes in ten minutes, each told how many are left; then not even the right one', async (t) => {
  const { enroll, code, claim, clock } = appFor(t);
  const { pairing_code } = await code(await enroll());
  for (let left = 9; left >= 0; left -= 1) {
    const wrong = await claim({ manual_pairing_code: `WRNG-C2D${'ABCDEFGHJK'[left]}` });
    assert.equal(wrong.status, 404);
    assert.equal(wrong.body['code'], 'pairing_code_unknown');
    assert.equal(wrong.body['tries_left'], left);
  }
  clock.block(60_000);
  const locked = await claim({ pairing_code: String(pairing_code) });
  assert.equal(locked.status, 429);
  assert.equal(locked.headers.get('retry-after'), '540');
  assert.equal((await claim({ pairing_code: String(pairing_code) }, { from: '10.0.0.2' })).status, 200);
});

test('each wait for wrong codes is twice the one before, and a day of quiet makes it short again', async (t) => {
  const { claim, clock } = appFor(t);
  const guess = (n: number) => claim({ manual_pairing_code: `WRNG-${'ABCDEFGHJK'[n]}${'ABCDEFGHJK'[n]}99` });
  const lockedFor = async () => {
    for (let n = 0; n < 10; n += 1) assert.equal((await guess(n)).status, 404);
    const locked = await guess(0);
    assert.equal(locked.status, 429);
    const seconds = Number(locked.headers.get('retry-after'));
    clock.block(seconds * 1000);
    return seconds / 60;
  };
  assert.deepEqual([await lockedFor(), await lockedFor(), await lockedFor()], [10, 20, 40]);
  clock.block(24 * 3600_000);
  assert.equal(await lockedFor(), 10);
});

test('wrong manual codes from everywhere together are limited too; a scanned code, which nobody guesses, still pairs', async (t) => {
  const { enroll, code, claim } = appFor(t);
  const { pairing_code, manual_pairing_code } = await code(await enroll());
  for (let n = 0; n < 200; n += 1) {
    const manual = `WRNG-${'23456789'[n % 8]}${'23456789'[Math.floor(n / 8) % 8]}${'2345'[Math.floor(n / 64)]}2`;
    assert.equal((await claim({ manual_pairing_code: manual }, { from: `10.1.0.${n}` })).status, 404);
  }
  const typed = await claim({ manual_pairing_code: String(manual_pairing_code) }, { from: '10.2.0.1' });
  assert.deepEqual([typed.status, typed.headers.get('retry-after')], [429, '600']);
  assert.equal((await claim({ pairing_code: String(pairing_code) }, { from: '10.2.0.1' })).status, 200);
});

test('one code is tried five times, from wherever, a right one with a wrong proof as well', async (t) => {
  const { enroll, code, ask } = appFor(t);
  const { pairing_code } = await code(await enroll());
  const key = await newKey();
  const forged = async (n: number, given: object = { pairing_code }) =>
    ask('POST', paths.claimFinish, {
      from: `10.3.0.${n}`,
      body: {
        client_id: 'cli_1',
        ...given,
        device: { display_name: 'phone' },
        device_identity: key.identity,
        device_key_proof: {
          challenge_token: 'hfq_none',
          key_id: key.identity.key_id,
          signature_der_base64: 'AAAA',
          signed_payload_base64: 'AAAA',
          algorithm: key.identity.algorithm,
        },
      },
    });
  for (let n = 0; n < 5; n += 1) assert.equal((await forged(n)).status, 403);
  assert.equal((await forged(6)).status, 429);
  for (let n = 0; n < 5; n += 1) assert.equal((await forged(n, { manual_pairing_code: 'WRNG-2345' })).status, 404);
  assert.equal((await forged(6, { manual_pairing_code: 'wrng 2345' })).status, 429);
});

test('a wrong proof does not burn the code; a challenge is good for one proof', async (t) => {
  const { enroll, code, claim, ask } = appFor(t);
  const { pairing_code } = await code(await enroll());
  const [key, other] = [await newKey(), await newKey()];
  const start = (await ask('POST', paths.claimStart, { body: {} })).body;
  const challenge = start['device_key_challenge'] as Parameters<typeof proofOf>[1];
  const finish = async (signer: typeof key) =>
    ask('POST', paths.claimFinish, {
      body: {
        client_id: start['client_id'],
        pairing_code,
        device: { display_name: 'phone' },
        device_identity: key.identity,
        device_key_proof: { ...(await proofOf(signer, challenge)), key_id: key.identity.key_id },
      },
    });
  const forged = await finish(other);
  assert.equal(forged.status, 403);
  assert.equal(forged.body['code'], 'device_proof_refused');
  assert.equal((await finish(key)).status, 403);
  assert.equal((await claim({ pairing_code: String(pairing_code) })).status, 200);
});

test('a challenge is good for a minute', async (t) => {
  const { enroll, code, ask, clock } = appFor(t);
  const { pairing_code } = await code(await enroll());
  const key = await newKey();
  const start = (await ask('POST', paths.claimStart, { body: {} })).body;
  clock.block(60_000);
  const late = await ask('POST', paths.claimFinish, {
    body: {
      client_id: start['client_id'],
      pairing_code,
      device: { display_name: 'phone' },
      device_identity: key.identity,
      device_key_proof: await proofOf(key, start['device_key_challenge'] as Parameters<typeof proofOf>[1]),
    },
  });
  assert.equal(late.status, 403);
});

test('no token and no code is in the database', async (t) => {
  const { dir, db, enroll, code, claim, account } = appFor(t);
  const grant = await enroll();
  const { pairing_code, manual_pairing_code } = await code(grant);
  const client = await claim({ pairing_code: String(pairing_code) });
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const bytes = readFileSync(join(dir, 'relay.db'));
  assert.ok(bytes.includes(String(grant['server_id'])), 'the scan sees what is there');
  const secrets = [
    account.authorization.slice('Bearer '.length),
    grant['remote_control_token'],
    client.body['remote_control_token'],
    pairing_code,
    manual_pairing_code,
  ];
  for (const secret of secrets) {
    assert.ok(String(secret).length >= 9);
    assert.equal(bytes.includes(String(secret)), false);
  }
});
