import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { DataFolderError, openDataFolder } from '@holdfast/data-folder';

const migrations = ['CREATE TABLE note (text TEXT NOT NULL) STRICT'];
const options = { program: 'relay', migrations, as: 'owner' } as const;
const failsWith = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof DataFolderError && error.code === code && words.test(error.message);

describe('a data folder', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'holdfast-data-'));
  });
  afterEach(() => {
    chmodSync(dir, 0o700);
    rmSync(dir, { recursive: true });
  });

  test('is made readable by its user alone and keeps what is written', () => {
    const path = join(dir, 'deep', 'relay');
    const folder = openDataFolder(path, options);
    folder.db.exec("INSERT INTO note VALUES ('kept')");
    folder.close();
    assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.equal(statSync(join(path, 'relay.db')).mode & 0o777, 0o600);
    const again = openDataFolder(path, options);
    assert.equal(again.db.prepare('SELECT text FROM note').get()?.['text'], 'kept');
    again.close();
  });

  test('has one owner, and names the process that holds it', () => {
    const folder = openDataFolder(dir, options);
    assert.throws(
      () => openDataFolder(dir, options),
      failsWith('ERR_DATA_IN_USE', new RegExp(`process ${process.pid}`)),
    );
    folder.close();
    openDataFolder(dir, options).close();
  });

  test('is free again after its owner was killed', async (t) => {
    const script = `import { openDataFolder } from ${JSON.stringify(import.meta.resolve('@holdfast/data-folder'))};
      openDataFolder(${JSON.stringify(dir)}, ${JSON.stringify(options)}); gc(); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    assert.throws(() => openDataFolder(dir, options), failsWith('ERR_DATA_IN_USE', new RegExp(`process ${child.pid}`)));
    child.kill('SIGKILL');
    await once(child, 'exit');
    openDataFolder(dir, options).close();
  });

  test('lets a guest in beside its owner, and only where there is something', () => {
    assert.throws(() => openDataFolder(dir, { ...options, as: 'guest' }), failsWith('ERR_DATA_MISSING', /--data/));
    const owner = openDataFolder(dir, options);
    const guest = openDataFolder(dir, { ...options, as: 'guest' });
    guest.db.exec("INSERT INTO note VALUES ('from a guest')");
    assert.equal(owner.db.prepare('SELECT count(*) AS n FROM note').get()?.['n'], 1);
    guest.close();
    owner.close();
  });

  test('refuses a damaged database and leaves it as it is', () => {
    const file = join(dir, 'relay.db');
    writeFileSync(file, 'this is no database, and it is long enough to be read as one '.repeat(20));
    const before = readFileSync(file);
    assert.throws(() => openDataFolder(dir, options), failsWith('ERR_DATA_DAMAGED', /left as it is/));
    assert.deepEqual(readFileSync(file), before);
  });

  test('refuses a database that was cut short', () => {
    const folder = openDataFolder(dir, options);
    const insert = folder.db.prepare('INSERT INTO note VALUES (?)');
    for (let row = 0; row < 500; row += 1) insert.run('x'.repeat(100));
    folder.close();
    truncateSync(join(dir, 'relay.db'), 8192);
    assert.throws(() => openDataFolder(dir, options), failsWith('ERR_DATA_DAMAGED', /backup/));
  });

  test('refuses what a newer version wrote', () => {
    const newer = openDataFolder(dir, {
      ...options,
      migrations: [...migrations, 'CREATE TABLE later (n INTEGER) STRICT'],
    });
    newer.close();
    assert.throws(() => openDataFolder(dir, options), failsWith('ERR_DATA_TOO_NEW', /schema 2/));
  });

  test('says why it cannot be used', () => {
    writeFileSync(join(dir, 'file'), '');
    assert.throws(() => openDataFolder(join(dir, 'file'), options), failsWith('ERR_DATA_NOT_USABLE', /--data/));
  });
});
