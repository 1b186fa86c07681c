import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { globalAgent } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Answer, answer, type Endpoint, ManualClock } from '@holdfast/testkit';
import { bodyPreview } from '@holdfast/wire';
import { withoutSecrets } from '../src/secrets.ts';
import { controlOf } from './control-harness.ts';
import { ACCOUNT, authorityFor, linkOf, makeHost, statusOf } from './harness.ts';

const SERVER_TOKEN = 'server-token-canary-77aa';
const PAIRING_CODE = 'pairing-code-canary-51cd';
const MANUAL_CODE = 'CANA-RY42';
const CANARIES = [ACCOUNT.accountToken, SERVER_TOKEN, PAIRING_CODE, MANUAL_CODE];

/** What a careless relay might say: what it was sent, in a sentence, in JSON, and where a preview of it ends. */
function echoes(secrets: readonly string[]): unknown[] {
  return secrets.flatMap((secret) => [
    { detail: `the token ${secret} is no good` },
    { remote_control_token: secret, pairing_code: secret, nested: { token: secret } },
    `Bearer ${secret}`,
    `${'x'.repeat(4_096 - secret.length + 3)}${secret}`,
    `{"remote_control_token":"${secret}`,
  ]);
}

describe('a secret that the relay repeats', () => {
  const cases: [Endpoint, number, readonly string[]][] = [
    ['refresh', 500, [ACCOUNT.accountToken, SERVER_TOKEN]],
    ['refresh', 200, [ACCOUNT.accountToken, SERVER_TOKEN]],
    ['refresh', 401, [ACCOUNT.accountToken]],
    ['websocket', 503, [SERVER_TOKEN]],
    ['pair', 503, [SERVER_TOKEN]],
    ['pair', 200, [SERVER_TOKEN, PAIRING_CODE, MANUAL_CODE]],
    ['pairStatus', 400, [SERVER_TOKEN, PAIRING_CODE]],
    ['clients', 401, [ACCOUNT.accountToken]],
  ];
  for (const [endpoint, status, secrets] of cases) {
    test(`in a ${status} of ${endpoint} is nowhere to be seen`, async (t) => {
      for (const body of echoes(secrets)) {
        const clock = new ManualClock(Date.now());
        const authority = await authorityFor(t);
        authority.set('enroll', answer.healthy({ body: { remote_control_token: SERVER_TOKEN } }));
        authority.set('websocket', answer.reply(503, { retryAfter: 30 }));
        const made = makeHost(t, authority, { clock });
        const { peer } = await controlOf(t, made);
        made.host.start();
        await statusOf(made.host, ({ link }) => link.state === 'waiting');
        await provoke(endpoint, answer.reply(status, { body }));
        const report = JSON.stringify(made.host.status());
        await peer.call('holdfast/status');
        const stored = readdirSync(made.dataDir)
          .map((name) => join(made.dataDir, name))
          .filter((path) => statSync(path).isFile())
          .map((path) => readFileSync(path, 'latin1'));
        const seen = [made.log.text, report, peer.text, ...stored].join('\n');
        for (const canary of CANARIES) {
          const beginning = canary.slice(0, 9); // a part of it tells too much
          assert.ok(!seen.includes(beginning), `${canary} is in ${seen}`);
        }
        await made.host.close();

        async function provoke(where: Endpoint, how: Answer): Promise<void> {
          authority.set(where, how);
          if (where === 'refresh') {
            await clock.advance(56 * 60_000);
            await statusOf(made.host, ({ lease }) => lease.counts.failed > 0);
          } else if (where === 'websocket') {
            await clock.advance(40_000);
            await authority.waitForRequests('websocket', 2);
            await statusOf(made.host, ({ link }) => link.state === 'waiting' && link.attempts > 1);
          } else if (where === 'pair') {
            assert.ok((await peer.call('remoteControl/pairing/start', { manualCode: true })).error);
          } else if (where === 'pairStatus') {
            assert.ok((await peer.call('remoteControl/pairing/status', { pairingCode: PAIRING_CODE })).error);
          } else {
            assert.ok((await peer.call('remoteControl/client/list', { environmentId: 'env' })).error);
          }
        }
      }
    });
  }

  test('in the reason of a close is taken out', async (t) => {
    const clock = new ManualClock(Date.now());
    const authority = await authorityFor(t);
    const tokens: string[] = [];
    const spy: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      const { remote_control_token } = (await response.clone().json()) as { remote_control_token: string };
      tokens.push(remote_control_token);
      return response;
    };
    const { host, log } = makeHost(t, authority, { clock, egress: { fetch: spy, agentFor: () => globalAgent } });
    host.start();
    const link = await authority.waitForLink();
    const [token = ''] = tokens;
    link.close(4000, `token ${token}`);
    await linkOf(authority, clock, 2);
    assert.match(log.text, /the relay closed it with 4000: token \[redacted\]/);
    assert.ok(token !== '' && !log.text.includes(token));
  });
});

describe('taking secrets out', () => {
  test('leaves everything else', () => {
    assert.equal(withoutSecrets('a secret-1 b secret-1', ['secret-1', null, '']), 'a [redacted] b [redacted]');
    assert.equal(withoutSecrets('{"a":"quo\\"ted-1"}', ['quo"ted-1']), '{"a":"[redacted]"}');
    assert.equal(withoutSecrets('ends with secre', ['secret-1']), 'ends with secre');
    assert.equal(withoutSecrets('ends with secret', ['secret-1']), 'ends with [redacted]');
    assert.equal(bodyPreview(withoutSecrets('nothing', ['secret-1'])), 'nothing');
  });
});
