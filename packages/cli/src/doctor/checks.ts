import { join } from 'node:path';
import { Egress, type ProxyServer } from '@holdfast/egress';
import { CONTROL_SOCKET } from '@holdfast/host/control-socket';
import { accountSource } from '../account-source.ts';
import type { ChosenAgent } from '../agents.ts';
import { type Check, type Finding, fail, messageOf, skipped } from './check.ts';
import { type Answered, askRelay, checkCredentials, checkWebSocket, judgeClock, judgeHttp } from './relay-answers.ts';
import { checkAgent, checkDatabase, checkFolder, checkHost, checkSpace } from './this-machine.ts';
import { checkConnection, checkDns, checkTls } from './way.ts';

export interface Patient {
  /** A normalized base URL; null: there is no relay to look at. */
  readonly relay: string | null;
  /** Of the host. */
  readonly dataDir: string;
  readonly caFile: string | undefined;
  readonly agent: ChosenAgent;
}

/** An agent may have to be fetched first, as by npx. In milliseconds. */
const AGENT_TIMEOUT_MS = 30_000;

/** All there is to look at, in the order that it is told in. `close` ends what they opened. */
export function checksFor(patient: Patient): { readonly checks: readonly Check[]; close(): Promise<void> } {
  const { dataDir, agent } = patient;
  const relay = relayChecks(patient);
  const here: Check[] = [
    check('host', () => checkHost(join(dataDir, CONTROL_SOCKET))),
    { ...check('agent', (signal) => checkAgent(agent, signal)), timeoutMs: AGENT_TIMEOUT_MS },
    check('folder', async () => checkFolder(dataDir)),
    check('space', async () => checkSpace(dataDir)),
    { ...check('database', async () => checkDatabase(dataDir)), needs: ['folder'] },
  ];
  return { checks: [...relay.checks, ...here], close: relay.close };
}

function check(name: string, run: Check['run']): Check {
  return { name, needs: [], run };
}

const RELAY_CHECKS: readonly (readonly [name: string, ...needs: string[]])[] = [
  ['dns'],
  ['connection', 'dns'],
  ['tls', 'connection'],
  ['http', 'tls'],
  ['clock', 'http'],
  ['websocket', 'http'],
  ['credentials', 'http'],
];

function relayChecks({ relay, caFile }: Patient): { checks: Check[]; close(): Promise<void> } {
  const named = (runs: Record<string, Check['run']>): Check[] =>
    RELAY_CHECKS.map(([name, ...needs]) => ({
      name,
      needs,
      run: runs[name] ?? (async () => skipped('no relay: name it with --relay')),
    }));
  if (relay === null) return { checks: named({}), close: async () => {} };

  const url = new URL(relay);
  const { egress, problem } = openEgress(caFile);
  let answered: Answered | null = null;
  const checks = named({
    dns: async () => {
      const proxy = proxyOn(egress, url);
      return proxy === 'unusable' ? skipped('whose name to look up hangs on a proxy') : checkDns(url, proxy);
    },
    connection: async () => checkConnection(url, egress, egress.proxyFor(url)),
    tls: async () => problem ?? checkTls(url, egress, Date.now()),
    http: async (signal) => {
      answered = await askRelay(relay, egress, signal);
      return judgeHttp(answered);
    },
    clock: async () => (answered === null ? skipped('the relay told no time') : judgeClock(answered)),
    websocket: (signal) => checkWebSocket(relay, egress, signal),
    credentials: async (signal) => {
      const source = accountSource(relay);
      const credentials = source.read();
      if (credentials === null) return fail(`${source.description} is gone`, 'Log in with `holdfast login`.');
      return checkCredentials(relay, egress, { credentials, from: source.description }, signal);
    },
  });
  return { checks, close: () => egress.close() };
}

/** Without the file where that cannot be used: what comes before TLS can be looked at all the same. */
function openEgress(caFile: string | undefined): { egress: Egress; problem: Finding | null } {
  try {
    return { egress: new Egress({ env: process.env, caFile }), problem: null };
  } catch (error) {
    return {
      egress: new Egress({ env: process.env }),
      problem: fail(messageOf(error), 'Name another file with --ca-file.'),
    };
  }
}

/** A variable that names no proxy is for `connection` to tell. */
function proxyOn(egress: Egress, url: URL): ProxyServer | null | 'unusable' {
  try {
    return egress.proxyFor(url);
  } catch {
    return 'unusable';
  }
}
