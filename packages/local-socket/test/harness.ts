import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { LocalSocketServer, type LocalSocketServerOptions, Methods } from '../src/index.ts';

export function socketPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-socket-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'test.sock');
}

export interface Fault {
  readonly message: string;
  readonly cause: unknown;
}

/** A server of these methods, and what it reported of faults. */
export async function serverFor(
  t: TestContext,
  methods: Readonly<Record<string, (params: unknown) => unknown>>,
  options: Partial<LocalSocketServerOptions> = {},
) {
  const faults: Fault[] = [];
  const table = new Methods(methods);
  const server = await LocalSocketServer.open({
    path: socketPath(t),
    what: 'the test socket',
    call: (method, params) => table.call(method, params),
    onFault: (message, cause) => faults.push({ message, cause }),
    ...options,
  });
  t.after(() => server.close());
  return { server, faults };
}
