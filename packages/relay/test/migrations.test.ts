import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDataFolder } from '@holdfast/data-folder';
import { ManualClock } from '@holdfast/testkit';
import { migrations } from '../src/stores/schema.ts';
import { temporaryFolder } from './harness/relay.ts';
import { servicesOn } from './harness/services.ts';

test('a database of the first version goes on: its hosts, its streams and the mail that waits', (t) => {
  const dir = temporaryFolder(t);
  const first = openDataFolder(dir, { program: 'relay', migrations: migrations.slice(0, 1), as: 'owner' });
  first.db.exec(`
    INSERT INTO accounts VALUES ('acc_1', 'user_1', 0);
    INSERT INTO servers VALUES ('srv_1', 'env_1', 'acc_1', 'installation-1', 'box', 'linux', 'x64', '1', 10, 20);
    INSERT INTO clients VALUES ('cli_1', 'acc_1', 'key', 'spki', 'software', 'phone', NULL, NULL, NULL, NULL, NULL, 0, 0);
    INSERT INTO pairings (server_id, client_id) VALUES ('srv_1', 'cli_1');
    INSERT INTO streams VALUES (7, 'srv_1', 'cli_1', 's1', 'open', 3, 0, 2, 0, 1, 0);
    INSERT INTO mail VALUES (5, 'cli_1', 7, 2, 0, 2, 0, '{}');
  `);
  first.close();
  const { db, close } = openDataFolder(dir, { program: 'relay', migrations, as: 'owner' });
  t.after(close);
  const { streams, mailbox, servers } = servicesOn(db, { clock: new ManualClock() });
  const stream = streams.find('srv_1', 'cli_1', 's1');
  assert.deepEqual([stream?.dest, stream?.state, stream?.up], ['cli_1', 'open', { seq: 3, segment: 0 }]);
  assert.equal(mailbox.waiting('cli_1', 7).frames, 1);
  const server = servers.byEnvironment('env_1');
  assert.deepEqual([server?.name, server?.displayName, server?.createdAt, server?.lastSeenAt], ['box', null, 10, 20]);
});
