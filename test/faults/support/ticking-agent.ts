// An agent that answers each request, and after `flood` writes for as long as it is read.
import { once } from 'node:events';
import { createInterface } from 'node:readline';

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method } = JSON.parse(line) as { id: string; method: string }; // from the test
    process.stdout.write(`${JSON.stringify({ id, result: {} })}\n`);
    if (method === 'flood') void flood();
  })
  .on('close', () => process.exit());

async function flood(): Promise<void> {
  for (let n = 1; ; n += 1) {
    if (!process.stdout.write(`${JSON.stringify({ method: 'tick', params: { n } })}\n`))
      await once(process.stdout, 'drain');
  }
}
