// The same for the part that needs a runtime with `node:sqlite`.
import { fromAsync, Lease } from '@holdfast/lease';
import { SqliteStore } from '@holdfast/lease/sqlite';

export async function consume(): Promise<string[]> {
  const store = new SqliteStore({ authority: 'stranger', database: 'leases.db' });
  const lease = new Lease({ refresh: fromAsync(() => Promise.reject(new Error('no network'))), store });
  await lease.acquire().catch(() => {});
  lease.close();
  const successor = new Lease({ refresh: fromAsync(async () => ({ token: 'token-1', expiresInMs: 60_000 })), store });
  const { state, sharing } = successor.snapshot();
  successor.close();
  store.close();
  return [state, sharing];
}
