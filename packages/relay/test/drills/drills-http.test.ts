import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Drill, DrillList, headers, paths } from '@holdfast/wire';
import { appFor } from '../harness/services.ts';

const order = { fault: '502', endpoints: ['refresh'], share: 0.5, retry_after_seconds: 60, duration_seconds: 300 };

describe('drills over HTTP', () => {
  test('are started, listed and stopped by the account of the owner, where the operator may hold drills', async (t) => {
    const { ask, account } = appFor(t, { drills: 'operator' });
    const started = await ask('POST', paths.drills, { body: order, as: account });
    assert.equal(started.status, 200);
    const { id, started_at, ends_at, ...rest } = started.body as unknown as Drill;
    const { duration_seconds, ...asked } = order;
    assert.deepEqual(rest, asked);
    assert.equal(Date.parse(ends_at) - Date.parse(started_at), duration_seconds * 1_000);
    const list = await ask('GET', paths.drills, { as: account });
    assert.deepEqual(DrillList.parse(list.body), { allowed: true, drills: [{ ...started.body, met: 0 }] });
    assert.equal((await ask('DELETE', paths.drill(id), { as: account })).status, 204);
    assert.equal((await ask('DELETE', paths.drill(id), { as: account })).status, 404);
  });

  test('are refused by a relay that was not asked to allow them, with how to', async (t) => {
    const { ask, account } = appFor(t);
    const refused = await ask('POST', paths.drills, { body: order, as: account });
    assert.deepEqual([refused.status, refused.body['code']], [403, 'drills_not_allowed']);
    assert.match(String(refused.body['detail']), /--drills operator/);
    assert.deepEqual((await ask('GET', paths.drills, { as: account })).body, { allowed: false, drills: [] });
  });

  test('are for paired devices where that is allowed, and only there', async (t) => {
    for (const drills of ['off', 'operator', 'devices'] as const) {
      const { ask, enroll, code, claim } = appFor(t, { drills });
      const paired = await claim({ pairing_code: String((await code(await enroll()))['pairing_code']) });
      const as = { authorization: `Bearer ${String(paired.body['remote_control_token'])}` };
      const isAllowed = drills === 'devices';
      assert.equal((await ask('GET', paths.drills, { as })).body['allowed'], isAllowed);
      const answer = await ask('POST', paths.drills, { body: order, as });
      assert.equal(answer.status, isAllowed ? 200 : 403, drills);
      if (!isAllowed) assert.match(String(answer.body['detail']), /--drills devices/);
      assert.equal((await ask('DELETE', paths.drill('any'), { as })).status, isAllowed ? 404 : 403);
    }
  });

  test("are nobody else's: not without credentials, not for a host, not for another account", async (t) => {
    const { ask, enroll, asServer, services } = appFor(t, { drills: 'devices' });
    assert.equal((await ask('POST', paths.drills, { body: order })).status, 401);
    assert.equal((await ask('GET', paths.drills)).status, 401);
    assert.equal((await ask('POST', paths.drills, { body: order, as: asServer(await enroll()) })).status, 401);
    const { accountId, accountToken } = services.administration.createAccount('another');
    const as = { authorization: `Bearer ${accountToken}`, [headers.accountId]: accountId };
    assert.equal((await ask('POST', paths.drills, { body: order, as })).status, 403);
    assert.equal((await ask('GET', paths.drills, { as })).body['allowed'], false);
  });

  test('that make no sense are refused by the member at fault', async (t) => {
    const { ask, account } = appFor(t, { drills: 'operator' });
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ fault: 'flood' }, /fault/],
      [{ share: 0 }, /share/],
      [{ share: 1.5 }, /share/],
      [{ endpoints: ['everything'] }, /endpoints/],
      [{ endpoints: [] }, /endpoints/],
      [{ endpoints: ['link'] }, /endpoints: cut-links is for link alone/],
      [{ fault: 'cut-links' }, /endpoints: cut-links is for link alone/],
      [{ retry_after_seconds: -1 }, /retry_after_seconds/],
      [{ duration_seconds: 0 }, /duration_seconds/],
      [{ duration_seconds: 1e9 }, /duration_seconds/],
      [{ duration_seconds: undefined }, /duration_seconds/],
    ];
    for (const [change, names] of wrong) {
      const { status, body } = await ask('POST', paths.drills, { body: { ...order, ...change }, as: account });
      assert.equal(status, 400, JSON.stringify(change));
      assert.match(String(body['detail']), names);
    }
    assert.deepEqual((await ask('GET', paths.drills, { as: account })).body['drills'], []);
  });
});
