import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Lease } from '@holdfast/lease';
import { openHostState } from '../src/state.ts';
import { temporaryFolder } from './harness.ts';

/** The first schema, as it was. */
const SCHEMA_1 = `
  CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE identity (
    relay TEXT NOT NULL, account_id TEXT NOT NULL, server_id TEXT NOT NULL, environment_id TEXT NOT NULL,
    PRIMARY KEY (relay, account_id)
  ) STRICT;
  CREATE TABLE deadline (key TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
  PRAGMA user_version = 1;`;

test('a folder of the first version keeps its identity and the deadline of its refresh', async (t) => {
  const dir = temporaryFolder(t);
  const setAt = Date.now();
  const record = { retryAt: setAt + 120_000, setAt, reason: 'transient', source: 'retry-after', failures: 2 };
  const old = new DatabaseSync(join(dir, 'host.db'));
  old.exec(SCHEMA_1);
  const insert = old.prepare('INSERT INTO deadline VALUES (?, ?)');
  insert.run('refresh http://relay.example', JSON.stringify(record));
  insert.run('refresh http://garbled.example', 'no JSON');
  insert.run('pair http://relay.example', JSON.stringify(record));
  old.prepare('INSERT INTO identity VALUES (?, ?, ?, ?)').run('http://relay.example', 'acct', 'srv', 'env');
  old.close();

  const state = openHostState(dir);
  t.after(() => state.close());
  const refresh = async () => ({ kind: 'transient', message: 'never asked' }) as const;
  const store = state.leaseStore('refresh http://relay.example');
  const lease = new Lease({ refresh, store });
  const { retryAt, reason, failures } = lease.snapshot();
  lease.close();
  assert.deepEqual([retryAt, reason, failures], [record.retryAt, 'transient', 2]);
  assert.deepEqual(state.identity('http://relay.example', 'acct'), { serverId: 'srv', environmentId: 'env' });
  assert.deepEqual(state.deadlines('pair http://relay.example').load(), record);
  const { version } = await state.leaseStore('refresh http://garbled.example').read(AbortSignal.timeout(1_000));
  assert.equal(version, 0);
});
