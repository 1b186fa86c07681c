import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { openDataFolder } from '@holdfast/data-folder';
import { Accounts, type AccountToken } from './accounts.ts';
import { Audit, type AuditEntry, type AuditEvent, auditEntries } from './audit.ts';
import { systemClock } from './clock.ts';
import {
  type AccountSummary,
  type ClientSummary,
  type EnvironmentSummary,
  listAccounts,
  listClients,
  listEnvironments,
} from './inventory.ts';
import { migrations } from './stores/schema.ts';
import { openSettings } from './stores/settings.ts';
import { transact } from './stores/transaction.ts';

/** The program whose data folder this is. */
export const PROGRAM = 'relay';

/**
 * A new account token of a relay's owner, beside the relay while it runs or while it does not. The fifty newest are valid.
 *
 * @throws DataFolderError `ERR_DATA_MISSING` when no relay ever ran there
 */
export function mintAccountToken(dataDir: string): AccountToken {
  return withAccounts(dataDir, 'account_token_made', (accounts) => accounts.mintToken());
}

/**
 * A new account token of a relay's owner, in place of all that were made before: they are refused from now on, and so are the
 * credentials of stock codexes. Links that are open stay open, and a server token lasts until it expires.
 *
 * @throws DataFolderError `ERR_DATA_MISSING` when no relay ever ran there
 */
export function rotateAccount(dataDir: string): AccountToken {
  return withAccounts(dataDir, 'account_rotated', (accounts) => accounts.rotate());
}

/** A relay's accounts, the oldest first. @throws DataFolderError `ERR_DATA_MISSING` */
export function readAccounts(dataDir: string): AccountSummary[] {
  return beside(dataDir, listAccounts);
}

/** A relay's hosts, in the order of enrolling. @throws DataFolderError `ERR_DATA_MISSING` */
export function readEnvironments(dataDir: string): EnvironmentSummary[] {
  return beside(dataDir, listEnvironments);
}

/** The devices that a relay knows, in the order of coming. @throws DataFolderError `ERR_DATA_MISSING` */
export function readClients(dataDir: string): ClientSummary[] {
  return beside(dataDir, listClients);
}

/**
 * A relay's audit log, beside the relay while it runs or while it does not; the oldest entry first. It keeps the newest 100,000.
 *
 * @param after the id of the last entry that is known already
 * @throws DataFolderError `ERR_DATA_MISSING` when no relay ever ran there
 */
export function* readAudit(dataDir: string, { after = 0 }: { after?: number } = {}): Generator<AuditEntry> {
  const folder = openDataFolder(dataDir, { program: PROGRAM, migrations, as: 'guest' });
  try {
    yield* auditEntries(folder.db, after);
  } finally {
    folder.close();
  }
}

function withAccounts<T>(dataDir: string, event: AuditEvent, work: (accounts: Accounts) => T): T {
  return beside(dataDir, (db) => {
    const { signingKey } = openSettings(db, randomBytes);
    const accounts = new Accounts({ db, clock: systemClock, random: randomBytes, signingKey });
    return transact(db, () => {
      new Audit({ db, clock: systemClock }).record({ event });
      return work(accounts);
    });
  });
}

function beside<T>(dataDir: string, work: (db: DatabaseSync) => T): T {
  const { db, close } = openDataFolder(dataDir, { program: PROGRAM, migrations, as: 'guest' });
  try {
    return work(db);
  } finally {
    close();
  }
}
