// The agent behind each stream of a real host: `agent-main.ts JOURNALS HOST`. What it hears and says goes into a journal of its own,
// written before anything else is done, so that the journal is right however this process ends.
import { randomUUID } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { CountingAgent } from './counting-agent.ts';
import type { Work } from './ledger.ts';

const [journals = '.', host = ''] = process.argv.slice(2);
const journal = openSync(join(journals, `${randomUUID()}.ndjson`), 'a');
const write = (entry: object) => writeSync(journal, `${JSON.stringify(entry)}\n`);
const agent = new CountingAgent();
/** One after the other, however long it thinks. */
let saying = Promise.resolve();

createInterface({ input: process.stdin }).on('line', (line) => {
  const replies = agent.hear(line, {
    heard: ({ stream, n }) => write({ host, stream, n }),
    said: (_, text) => write({ said: text.length }),
  });
  const { afterMs = 0 } = (JSON.parse(line) as { params: Work }).params; // heard as such
  saying = saying.then(async () => {
    if (afterMs > 0) await delay(afterMs);
    for (const reply of replies) process.stdout.write(`${reply}\n`);
  });
});
