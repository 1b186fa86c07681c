import { isAbsolute } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Method, RpcRefusal, readParams, rpcCodes } from '@holdfast/local-socket';
import { writeBackup } from '../backup/write-backup.ts';
import { RelayError } from '../errors.ts';
import type { Services } from '../services.ts';
import { transact } from '../stores/transaction.ts';
import { BackupParams } from './params.ts';

function fileOf(db: DatabaseSync): string {
  const file = db.location();
  if (file === null) throw new Error('the database has no file');
  return file;
}

/** Copies the relay's database while it goes on. */
export function backupMethods({ db, audit }: Services): Record<string, Method> {
  let isUnderWay = false;
  return {
    'relay/backup': async (params) => {
      const { file, force = false } = readParams(BackupParams, params);
      if (!isAbsolute(file)) throw new RpcRefusal(rpcCodes.invalidParams, 'file has to be an absolute path.');
      if (isUnderWay) throw new RpcRefusal(rpcCodes.refused, 'Another backup is under way; try again when it is done.');
      isUnderWay = true;
      try {
        const made = await writeBackup(fileOf(db), file, { force });
        transact(db, () => audit.record({ event: 'backup_made', detail: file }));
        return made;
      } catch (error) {
        throw error instanceof RelayError ? new RpcRefusal(rpcCodes.refused, error.message) : error;
      } finally {
        isUnderWay = false;
      }
    },
  };
}
