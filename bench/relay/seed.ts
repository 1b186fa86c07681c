// Hosts by the thousand, enrolled beforehand: enrolling is not what is measured.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../packages/relay/src/clock.ts';
import { Servers } from '../../packages/relay/src/servers.ts';
import { transact } from '../../packages/relay/src/stores/transaction.ts';
import { Tokens } from '../../packages/relay/src/tokens.ts';
import { hostTarget } from './field.ts';
import type { Target } from './raw-link.ts';
import type { StartedRelay } from './relay-worker.ts';

/** As many as one account may have. */
const HOSTS_OF_ACCOUNT = 1_000;

/** @param dataDir of a relay that has made it */
export function seedHosts(dataDir: string, { port }: StartedRelay, count: number): Target[] {
  const db = new DatabaseSync(join(dataDir, 'relay.db'), { timeout: 10_000 });
  const base = { db, clock: systemClock, random: randomBytes };
  const servers = new Servers(base);
  const tokens = new Tokens({ ...base, kind: 'server', lifeMs: 3600_000 });
  const account = db.prepare('INSERT INTO accounts (account_id, user_id, created_at) VALUES (?, ?, ?)');
  try {
    return transact(db, () =>
      Array.from({ length: count }, (_, n) => {
        const accountId = `acc_bench_${Math.floor(n / HOSTS_OF_ACCOUNT)}`;
        if (n % HOSTS_OF_ACCOUNT === 0) account.run(accountId, accountId, Date.now());
        const server = servers.enroll(accountId, {
          name: `bench-${n}`,
          os: 'linux',
          arch: 'x64',
          app_server_version: '1',
          installation_id: `installation-${n}`,
        });
        if (server === null) throw new Error('an account has too many hosts');
        return hostTarget(port, server.serverId, tokens.mint(server.serverId).token);
      }),
    );
  } finally {
    db.close();
  }
}
