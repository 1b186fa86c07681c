import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Relay, type RelayOptions, startRelay } from '../../src/index.ts';

/** A folder that goes when the test ends. */
export function temporaryFolder(t: Pick<TestContext, 'after'>): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-relay-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A relay on a free port that is closed when the test ends. */
export async function relayFor(t: TestContext, options: Partial<RelayOptions> = {}): Promise<Relay> {
  const dataDir = options.dataDir ?? temporaryFolder(t);
  const relay = await startRelay({ listen: { host: '127.0.0.1', port: 0 }, ...options, dataDir });
  t.after(() => relay.close());
  return relay;
}
