// The agent behind each stream of a real host: `agent-main.ts JOURNALS HOST`. What it hears and says goes into a journal of its own,
// written before anything else is done, so that the journal is right however this process ends.
import { randomUUID } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CountingAgent } from './counting-agent.ts';

const [journals = '.', host = ''] = process.argv.slice(2);
const journal = openSync(join(journals, `${randomUUID()}.ndjson`), 'a');
const write = (entry: object) => writeSync(journal, `${JSON.stringify(entry)}\n`);
const agent = new CountingAgent();

createInterface({ input: process.stdin }).on('line', (line) => {
  const replies = agent.hear(line, {
    heard: ({ stream, n }) => write({ host, stream, n }),
    said: (_, text) => write({ said: text.length }),
  });
  for (const reply of replies) process.stdout.write(`${reply}\n`);
});
