// Answers each request; before it answers `flood` it writes a gigabyte without a line feed.
import { createInterface } from 'node:readline';

const MIB = 1024 * 1024;
const piece = 'x'.repeat(MIB);

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method } = JSON.parse(line);
  for (let n = 0; method === 'flood' && n < 1_024; n += 1) {
    if (!process.stdout.write(piece)) await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
  }
  if (id !== undefined) process.stdout.write(`\n${JSON.stringify({ id, result: 0 })}\n`);
});
