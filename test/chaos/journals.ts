import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentLife } from './ledger.ts';

/** What the agents of real hosts wrote down, in the order in which they began. */
export function readJournals(folder: string): AgentLife[] {
  const lives = readdirSync(folder).flatMap((name) => readJournal(join(folder, name)) ?? []);
  return lives.sort((a, b) => processNumber(a.host) - processNumber(b.host));
}

/** Null for an agent that heard nothing. */
function readJournal(path: string): AgentLife | null {
  let life: AgentLife | null = null;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as { host?: string; stream?: string; n?: number; said?: number }; // by agent-main.ts
    if (entry.host !== undefined && entry.stream !== undefined && entry.n !== undefined) {
      life ??= { stream: entry.stream, host: entry.host, heard: [], said: 0, saidChars: 0 };
      life.heard.push(entry.n);
    }
    if (entry.said !== undefined && life !== null) {
      life.said += 1;
      life.saidChars += entry.said;
    }
  }
  return life;
}

const processNumber = (host: string) => Number(host.split('#')[1] ?? 0);
