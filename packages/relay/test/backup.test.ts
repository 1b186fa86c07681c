import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { openDataFolder } from '@holdfast/data-folder';
import { RpcRefusal } from '@holdfast/local-socket';
import { paths } from '@holdfast/wire';
import { mintAccountToken, operate, readAudit, restoreRelay, startRelay } from '../src/index.ts';
import { migrations } from '../src/stores/schema.ts';
import { TestController } from './harness/controller.ts';
import { post, TestHost } from './harness/host.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';

const isMessage = ({ type }: { type: string }) => type === 'client_message';

/** A relay with a host that is connected and a device. */
async function furnished(t: TestContext) {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const { accountToken } = mintAccountToken(dataDir);
  const host = await TestHost.enroll({ ...relay, mintAccountToken: () => accountToken });
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  return { dataDir, relay, host, controller, file: join(temporaryFolder(t), 'backup.db') };
}

const refuses = (work: Promise<unknown>, words: RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, words);
    return true;
  });

test('a backup is made while messages pass, has all that was acked before, and is for its user alone', async (t) => {
  const { dataDir, relay, host, controller, file } = await furnished(t);
  const [hostLink, link] = [await host.link(relay.base), await controller.link(relay.base)];
  let seq = 0;
  const send = () => {
    seq += 1;
    link.send(controller.message('s1', seq));
  };
  while (seq < 50) send();
  await hostLink.until('fifty messages', () => hostLink.count(isMessage) === 50);
  hostLink.cut();
  const made = operate(dataDir, 'relay/backup', { file });
  while (seq < 200) send();
  await made;
  await link.until('all acks', () => link.frames.some(({ type, seq_id }) => type === 'ack' && seq_id === 200));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(file, '..')), ['backup.db'], 'one file, and nothing half done');
  const db = new DatabaseSync(file, { readOnly: true });
  t.after(() => db.close());
  const waiting = db.prepare('SELECT count(*) AS n FROM mail WHERE dest = ?').get(host.serverId);
  assert.ok(Number(waiting?.['n']) >= 50);
  assert.equal([...readAudit(dataDir)].at(-1)?.event, 'backup_made');
});

test('a backup takes no place of a file unless told to, and of none where it cannot be written', async (t) => {
  const { dataDir, file } = await furnished(t);
  writeFileSync(file, 'precious');
  await refuses(operate(dataDir, 'relay/backup', { file }), /is there already, and was left as it is\. .* --force/);
  assert.equal(statSync(file).size, 8);
  await operate(dataDir, 'relay/backup', { file, force: true });
  assert.ok(statSync(file).size > 8);
  await refuses(operate(dataDir, 'relay/backup', { file: '/nonexistent/backup.db' }), /cannot be written: ENOENT/);
  await refuses(operate(dataDir, 'relay/backup', { file: 'backup.db' }), /absolute/);
  const both = [1, 2].map((n) => operate(dataDir, 'relay/backup', { file: `${file}${n}` }));
  const settled = await Promise.allSettled(both);
  for (const result of settled.filter(({ status }) => status === 'rejected'))
    assert.ok('reason' in result && result.reason instanceof RpcRefusal);
});

test('a relay goes on from its backup: who was paired then is, who paired since is not, and the former database is kept', async (t) => {
  const { dataDir, relay, host, controller, file } = await furnished(t);
  const hostLink = await host.link(relay.base);
  const link = await controller.link(relay.base);
  link.send(controller.message('s1', 1));
  await hostLink.frame('the message', isMessage);
  await operate(dataDir, 'relay/backup', { file });
  const late = await TestController.claim(relay.base, await host.pair(relay.base));
  await refuses(restoreRelay(dataDir, file), /is in use by another holdfast relay/);
  await relay.close();

  const { aside } = await restoreRelay(dataDir, file);
  assert.ok(aside !== null && existsSync(aside));
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name.startsWith('relay.db') && !aside.endsWith(name)),
    ['relay.db'],
    'one sound file, and nothing half done',
  );
  assert.equal(statSync(join(dataDir, 'relay.db')).mode & 0o777, 0o600);
  const again = await relayFor(t, { dataDir });
  const refresh = (clientId: string) => post(again.base, paths.clientRefreshStart, { client_id: clientId });
  assert.equal((await refresh(controller.clientId)).status, 200);
  assert.equal((await refresh(late.clientId)).status, 403);
  assert.equal([...readAudit(dataDir)].at(-1)?.event, 'relay_restored');
  // its cursor is of the database before, whose numbers are given out a second time
  const back = await host.link(again.base);
  await back.frame('what it never answered, from the beginning', isMessage);

  const former = new DatabaseSync(aside, { readOnly: true });
  t.after(() => former.close());
  assert.equal(former.prepare('SELECT count(*) AS n FROM clients').get()?.['n'], 2);
});

test('a restore goes where no relay ever was, and in place of a database that is damaged', async (t) => {
  const { dataDir, relay, controller, file } = await furnished(t);
  await operate(dataDir, 'relay/backup', { file });
  await relay.close();
  truncateSync(join(dataDir, 'relay.db'), 1_000);
  await assert.rejects(startRelay({ dataDir, listen: { host: '127.0.0.1', port: 0 } }), { code: 'ERR_DATA_DAMAGED' });
  const fresh = join(temporaryFolder(t), 'new');
  for (const dir of [dataDir, fresh]) {
    await restoreRelay(dir, file);
    const again = await startRelay({ dataDir: dir, listen: { host: '127.0.0.1', port: 0 } });
    const refresh = await post(again.base, paths.clientRefreshStart, { client_id: controller.clientId });
    await again.close();
    assert.equal(refresh.status, 200);
  }
});

test('what is no sound backup of a relay is refused, and changes nothing', async (t) => {
  const { dataDir, relay, file } = await furnished(t);
  await operate(dataDir, 'relay/backup', { file });
  await relay.close();
  const before = statSync(join(dataDir, 'relay.db')).mtimeMs;
  const other = `${file}.other`;
  const spoiled = (spoil: (path: string) => void): string => {
    copyFileSync(file, other);
    spoil(other);
    return other;
  };
  const exec = (sql: string) => (path: string) => {
    const db = new DatabaseSync(path);
    db.exec(sql);
    db.close();
  };
  await refuses(restoreRelay(dataDir, `${file}.none`), /there is no such file/);
  await refuses(
    restoreRelay(
      dataDir,
      spoiled((path) => writeFileSync(path, 'no database, but long enough to be one'.repeat(99))),
    ),
    /not a database/,
  );
  await refuses(
    restoreRelay(
      dataDir,
      spoiled((path) => truncateSync(path, 9_000)),
    ),
    /cannot be restored/,
  );
  await refuses(restoreRelay(dataDir, spoiled(exec('DROP TABLE settings'))), /not that of a relay/);
  await refuses(restoreRelay(dataDir, spoiled(exec('PRAGMA user_version = 999'))), /a newer holdfast wrote it/);
  assert.equal(statSync(join(dataDir, 'relay.db')).mtimeMs, before);
  assert.ok(!readdirSync(dataDir).some((name) => name.includes('restoring')));
  await relayFor(t, { dataDir });
});

test('a backup of an older version is brought forward; a database of a newer one is refused in words, and left as it is', async (t) => {
  const dataDir = temporaryFolder(t);
  const old = temporaryFolder(t);
  const folder = openDataFolder(old, { program: 'relay', migrations: migrations.slice(0, 2), as: 'owner' });
  folder.db.exec(
    "INSERT INTO settings VALUES ('epoch', x'00000000'); INSERT INTO accounts VALUES ('acc_1', 'user_1', 0)",
  );
  folder.close();
  await restoreRelay(dataDir, join(old, 'relay.db'));
  const relay = await relayFor(t, { dataDir });
  assert.equal(relay.accountId, 'acc_1');
  await relay.close();
  const db = new DatabaseSync(join(dataDir, 'relay.db'));
  db.exec('PRAGMA user_version = 999');
  db.close();
  await assert.rejects(startRelay({ dataDir, listen: { host: '127.0.0.1', port: 0 } }), (error) => {
    assert.ok(error instanceof Error);
    assert.match(
      error.message,
      /was written by a newer holdfast \(schema 999, this one knows \d+\)\. Run that version/,
    );
    return true;
  });
});
