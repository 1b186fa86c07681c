// The two that are compared, each with the same pairs of a host and a controller at its ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestHost } from '../../packages/relay/test/harness/host.ts';
import { Worker } from '../common/ipc.ts';
import type { ControllerQuestion } from './controller-worker.ts';
import type { GaugeQuestion, Usage } from './gauges.ts';
import type { HostQuestion, Ids } from './host-worker.ts';
import type { Target } from './raw-link.ts';
import type { RelayQuestion, StartedRelay } from './relay-worker.ts';

export type SubjectName = 'bare' | 'holdfast';

/** What stands between hosts and controllers. */
export interface Subject {
  readonly name: SubjectName;
  readonly worker: Worker;
  /** Of its links, at both ends. */
  readonly pairs: readonly string[];
}

export interface Field {
  readonly bare: Subject;
  readonly holdfast: Subject;
  readonly hosts: Worker;
  readonly controllers: Worker;
}

export const askHosts = <T>(field: Field, question: HostQuestion): Promise<T> => field.hosts.ask<T>(question);
export const askControllers = <T>(field: Field, question: ControllerQuestion): Promise<T> =>
  field.controllers.ask<T>(question);
export const usageOf = ({ worker }: { worker: Worker }): Promise<Usage> =>
  worker.ask<Usage>({ ask: 'usage' } satisfies GaugeQuestion);

/** Starts a process of the bench. */
export function startWorker(file: string): Worker {
  return new Worker(new URL(file, import.meta.url), [], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
  });
}

export async function startRelayIn(
  worker: Worker,
  dataDir: string,
  port = 0,
  tokenLifeMs?: number,
): Promise<StartedRelay> {
  return worker.ask<StartedRelay>({ ask: 'start', dataDir, port, tokenLifeMs } satisfies RelayQuestion);
}

/** A folder that goes when the work is done. */
export async function withFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function withField<T>(pairs: number, work: (field: Field) => Promise<T>): Promise<T> {
  return withFolder(async (dir) => {
    const files = ['bare-worker.ts', 'relay-worker.ts', 'host-worker.ts', 'controller-worker.ts'];
    const workers = files.map(startWorker);
    const [bare, relay, hosts, controllers] = workers;
    try {
      if (!bare || !relay || !hosts || !controllers) throw new Error('a worker is missing');
      const names = (subject: SubjectName) => Array.from({ length: pairs }, (_, n) => `${subject}-${n}`);
      const field: Field = {
        hosts,
        controllers,
        bare: { name: 'bare', worker: bare, pairs: names('bare') },
        holdfast: { name: 'holdfast', worker: relay, pairs: names('holdfast') },
      };
      await joinBare(field);
      await joinRelay(field, await startRelayIn(relay, dir));
      return await work(field);
    } finally {
      for (const worker of workers) await worker.stop();
    }
  });
}

async function joinBare(field: Field): Promise<void> {
  const port = await field.bare.worker.ask<number>({ ask: 'port' });
  for (const name of field.bare.pairs) {
    const target: Target = { port, path: `/host/${name}`, headers: {} };
    await askHosts(field, { ask: 'open', name, target, ids: { client_id: 'cli_bare', stream_id: name } });
    await askControllers(field, { ask: 'open-bare', name, port, path: `/controller/${name}` });
  }
}

async function joinRelay(field: Field, relay: StartedRelay): Promise<void> {
  const { base, accountId, accountToken } = relay;
  for (const name of field.holdfast.pairs) {
    const host = await TestHost.enroll({ base, accountId, mintAccountToken: () => accountToken });
    const code = await host.pair(base);
    const { client_id } = await askControllers<Ids>(field, { ask: 'claim', name, base, code });
    const ids = { client_id, stream_id: `stream-${name}` };
    await askHosts(field, { ask: 'open', name, target: hostTarget(relay.port, host.serverId, host.token), ids });
    await askControllers(field, { ask: 'open', name, stream_id: ids.stream_id });
    const spoken = askHosts(field, { ask: 'spoken-to', name });
    await askControllers(field, { ask: 'initialize', name });
    await spoken;
  }
}

export function hostTarget(port: number, serverId: string, token: string): Target {
  return {
    port,
    path: '/backend-api/wham/remote/control/server',
    headers: {
      authorization: `Bearer ${token}`,
      'x-codex-server-id': serverId,
      'x-codex-name': Buffer.from('bench').toString('base64'),
      'x-codex-protocol-version': '3',
      'x-codex-installation-id': serverId,
    },
  };
}
