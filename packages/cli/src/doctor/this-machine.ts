import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataFolderError, lookAtDataFolder } from '@holdfast/data-folder';
import { type HostStatus, startAgent } from '@holdfast/host';
import { systemClock } from '@holdfast/lease';
import { LocalSocketClient } from '@holdfast/local-socket';
import type { ChosenAgent } from '../agents.ts';
import { type Finding, fail, messageOf, pass, skipped, warn } from './check.ts';

const MIB = 1024 * 1024;
const SPACE_WARN = 500 * MIB;
const SPACE_FAIL = 20 * MIB;

/** Whether the host's folder can be written to, or made, and is its user's alone. */
export function checkFolder(dir: string): Finding {
  const place = nearest(dir);
  const exists = place === dir;
  try {
    accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return fail(messageOf(error), 'Give this user the right to write there, or name another folder with --data.');
  }
  if (!statSync(place).isDirectory()) return fail(`${place} is no folder`, 'Name another one with --data.');
  if (!exists) return pass(`${dir} is not there yet and can be made`);
  const open = (statSync(dir).mode & 0o077) !== 0;
  return open
    ? warn(`${dir} can be read by others`, `A host narrows it when it starts; or now: chmod 700 ${dir}`)
    : pass(`${dir}, this user's alone`);
}

export function checkSpace(dir: string): Finding {
  const { bavail, bsize } = statfsSync(nearest(dir));
  return judgeSpace(bavail * bsize);
}

export function judgeSpace(bytes: number): Finding {
  const seen = `${Math.floor(bytes / MIB)} MiB free`;
  const advice = 'Make room: a host whose disk is full can keep neither its identity nor its deadlines.';
  if (bytes < SPACE_FAIL) return fail(seen, advice);
  return bytes < SPACE_WARN ? warn(seen, advice) : pass(seen);
}

/** Whether the database is sound, and who has it open. */
export function checkDatabase(dir: string): Finding {
  try {
    const found = lookAtDataFolder(dir, 'host');
    if (!found.exists) return pass('there is none yet; the first start makes it');
    return pass(found.holder === null ? 'sound; no host has it open' : `sound; a host has it open (${found.holder})`);
  } catch (error) {
    if (!(error instanceof DataFolderError)) throw error;
    return fail(error.message, 'See docs/operations.md, "Backup and restore".');
  }
}

/** What the host that runs here says of itself. */
export async function checkHost(socketPath: string): Promise<Finding> {
  if (!existsSync(socketPath)) return skipped('none runs in this folder');
  let client: LocalSocketClient;
  try {
    client = await LocalSocketClient.open(socketPath, { answerTimeoutMs: 5_000 });
  } catch {
    return skipped('none runs in this folder; one before was killed');
  }
  try {
    const { status, reason } = (await client.call('holdfast/status')) as HostStatus; // our own host says so
    if (status === 'errored') return warn(`${status}: ${reason}`, 'It goes on by itself, at the moment that it names.');
    return pass(`${status}: ${reason}`);
  } finally {
    client.close();
  }
}

/** Both what codex and what MCP servers want to be told. */
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    clientInfo: { name: 'holdfast-doctor', title: 'holdfast doctor', version: '1' },
    protocolVersion: '2025-06-18',
    capabilities: {},
  },
});

/** Starts the agent, waits for its answer to `initialize`, and ends it. */
export async function checkAgent({ agent, description }: ChosenAgent, signal: AbortSignal): Promise<Finding> {
  const startedAt = performance.now();
  const outcome = Promise.withResolvers<Finding>();
  const settle = (finding: Finding) => outcome.resolve(finding);
  const started = startAgent(agent, systemClock, {
    onMessage: (message) => {
      const answer = answerIn(message);
      if (answer === null) return;
      const took = `in ${Math.round(performance.now() - startedAt)} ms`;
      settle(
        answer === 'result'
          ? pass(`${description} answers initialize ${took}`)
          : warn(
              `${description} answers initialize with an error: ${answer}`,
              'It runs; it may want other words than a doctor has.',
            ),
      );
    },
    onEnd: (why) => settle(fail(why, 'Start it by hand with the same words; name another after --.')),
    onWarning: () => {},
  });
  signal.addEventListener('abort', () =>
    settle(fail(`${description} does not answer initialize`, 'It has to speak JSON-RPC on stdio, one message a line.')),
  );
  started.write(INITIALIZE);
  const finding = await outcome.promise;
  started.kill();
  await started.ended;
  return finding;
}

/** `result`, the message of an error, or null for whatever else it wrote. */
function answerIn(line: string): string | null {
  try {
    const message = JSON.parse(line) as { id?: unknown; result?: unknown; error?: { message?: unknown } } | null; // looked at below
    if (message?.id !== 1) return null;
    if (message.error !== undefined)
      return String(message.error.message)
        .replace(/\p{Cc}+/gu, ' ')
        .slice(0, 200);
    return message.result === undefined ? null : 'result';
  } catch {
    return null;
  }
}

function nearest(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : nearest(dirname(dir));
}
