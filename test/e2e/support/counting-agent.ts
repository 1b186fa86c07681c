// An agent that says how many requests it has had: a lost, repeated or reordered one shows in its reply.
import { createInterface } from 'node:readline';

let received = 0;

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line) as { id: number; method: string }; // from the test
  if (method === 'count') received += 1;
  process.stdout.write(`${JSON.stringify({ id, result: { received } })}\n`);
});
