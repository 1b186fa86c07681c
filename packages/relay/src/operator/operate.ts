import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataFolderError, openDataFolder } from '@holdfast/data-folder';
import { LocalSocketClient, LocalSocketError, Methods } from '@holdfast/local-socket';
import { pino } from 'pino';
import { PROGRAM } from '../beside.ts';
import { defaultBounds } from '../bounds.ts';
import { systemClock } from '../clock.ts';
import { createServices } from '../services.ts';
import { migrations } from '../stores/schema.ts';
import { operatorMethods } from './methods.ts';
import { OPERATOR_SOCKET } from './place.ts';

/** A relay with many hosts may have to write for a while. */
const ANSWER_TIMEOUT_MS = 120_000;
/** A relay that is starting or stopping has the folder and no socket; it is waited for. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 100;

/**
 * Has a method of the operator done (`operator/methods.ts`): by the relay that runs with this folder, over its socket, and where none runs
 * on the folder itself. What it gives is what the method gives.
 *
 * @throws RpcRefusal in the method's own words; DataFolderError when there is no such folder, or a relay has it that cannot be asked;
 *   LocalSocketError when the relay does not answer
 */
export async function operate(dataDir: string, method: string, params: object = {}): Promise<unknown> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const client = await openClient(join(dataDir, OPERATOR_SOCKET));
    if (client !== null) return client.call(method, params).finally(() => client.close());
    try {
      return await operateAlone(dataDir, method, params);
    } catch (error) {
      const isHeld = error instanceof DataFolderError && error.code === 'ERR_DATA_IN_USE';
      if (!isHeld || performance.now() > end) throw error;
    }
    await sleep(RETRY_MS);
  }
}

/** Null where no relay listens. */
async function openClient(path: string): Promise<LocalSocketClient | null> {
  try {
    return await LocalSocketClient.open(path, { answerTimeoutMs: ANSWER_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof LocalSocketError && error.code === 'ERR_LOCAL_SOCKET_ABSENT' && isNobody(error.cause))
      return null;
    throw error;
  }
}

/** Not: somebody is there, and this user may not ask him. */
function isNobody(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED');
}

/** With the folder held meanwhile, so that no relay starts under it: what a relay keeps in memory would be wrong. */
async function operateAlone(dataDir: string, method: string, params: object): Promise<unknown> {
  const open = (as: 'guest' | 'owner') => openDataFolder(dataDir, { program: PROGRAM, migrations, as });
  open('guest').close(); // an owner would make a relay where none ever was
  const folder = open('owner');
  try {
    const services = createServices({
      db: folder.db,
      clock: systemClock,
      random: randomBytes,
      bounds: defaultBounds,
      logger: pino({ level: 'silent' }),
      tokenLifeMs: 0, // it gives none out
      listenHost: '127.0.0.1',
      publicUrl: null,
      trustProxy: 0,
    });
    const result = await new Methods(operatorMethods(services)).call(method, params);
    services.switchboard.close();
    return result;
  } finally {
    folder.close();
  }
}
