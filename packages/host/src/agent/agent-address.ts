import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AgentAddress } from './agent.ts';

/** Where `codex app-server --listen unix://` listens, below its home. */
const CODEX_SOCKET = join('app-server-control', 'app-server-control.sock');

/**
 * `ws://HOST:PORT`, `wss://…`, or `unix://PATH`; `unix://` alone is where codex listens by default.
 *
 * @throws Error that says what an address looks like
 */
export function parseAgentAddress(text: string, env: NodeJS.ProcessEnv = process.env): AgentAddress {
  const path = /^unix:\/\/(.*)$/s.exec(text.trim())?.[1];
  if (path !== undefined) return { url: `unix://${path === '' ? codexSocket(env) : resolve(path)}` };
  const url = URL.parse(text);
  if (url === null || !/^wss?:$/.test(url.protocol) || url.hash !== '')
    throw new Error('An agent has the form ws://127.0.0.1:PORT, wss://HOST or unix:///PATH.');
  if (url.username !== '' || url.password !== '') throw new Error('An agent takes no user name and no password.');
  return { url: url.href };
}

/** For a person: a query may hold a secret. */
export function nameOfAddress({ url }: AgentAddress): string {
  return url.startsWith('unix:') ? url : url.replace(/\?.*$/s, '');
}

function codexSocket(env: NodeJS.ProcessEnv): string {
  return join(env['CODEX_HOME'] ?? join(homedir(), '.codex'), CODEX_SOCKET);
}
