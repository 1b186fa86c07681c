import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { TestController } from './harness/controller.ts';
import { TestHost } from './harness/host.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

test('what cannot be stored is not acked: links are closed, and what is sent again once it can be arrives once', async (t) => {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const host = await TestHost.enroll(relay);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const link = await controller.link(relay.base);
  const beside = new DatabaseSync(join(dataDir, 'relay.db'));
  t.after(() => beside.close());
  beside.exec("CREATE TRIGGER full BEFORE INSERT ON mail BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  link.send(controller.message('s1', 1));
  assert.equal((await link.untilClosed()).code, 1011);
  const ready = async () => {
    const answer = await fetch(`${relay.url}/readyz`);
    return [answer.status, await answer.json()];
  };
  assert.deepEqual(await ready(), [503, { status: 'failing' }]);
  assert.equal(
    link.count(({ type }) => type === 'ack'),
    0,
  );
  beside.exec('DROP TRIGGER full');
  const again = await controller.link(relay.base);
  again.send(controller.message('s1', 1));
  await again.frame('the ack', ({ type, seq_id }) => type === 'ack' && seq_id === 1);
  assert.deepEqual(await ready(), [200, { status: 'ready' }]);
  const hostLink = await host.link(relay.base);
  await hostLink.frame('the message', ({ seq_id }) => seq_id === 1);
  assert.equal((await hostLink.settled()).length, 1);
});
