import { randomBytes } from 'node:crypto';
import { openDataFolder } from '@holdfast/data-folder';
import { Accounts, type AccountToken } from './accounts.ts';
import { Audit, type AuditEntry, auditEntries } from './audit.ts';
import { systemClock } from './clock.ts';
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
  const { db, close } = openDataFolder(dataDir, { program: PROGRAM, migrations, as: 'guest' });
  try {
    const base = { db, clock: systemClock, random: randomBytes };
    const accounts = new Accounts({ ...base, signingKey: openSettings(db, randomBytes).signingKey });
    return transact(db, () => {
      new Audit(base).record({ event: 'account_token_made', detail: accounts.owner.accountId });
      return accounts.mintToken();
    });
  } finally {
    close();
  }
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
