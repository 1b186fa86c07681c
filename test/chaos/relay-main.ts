// The relay under test, in a process of its own, to be killed: `relay-main.ts FOLDER PORT BOUNDS`. Prints its port once it listens, and
// stops in order on SIGTERM.
import { startRelay } from '@holdfast/relay';
import { pino } from 'pino';

const [dataDir = '', port = '0', bounds = '{}'] = process.argv.slice(2);
const relay = await startRelay({
  dataDir,
  listen: { host: '127.0.0.1', port: Number(port) },
  bounds: JSON.parse(bounds) as object, // by relay-process.ts
  logger: pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true })),
});
process.once('SIGTERM', () => void relay.close());
process.stdout.write(`${new URL(relay.url).port}\n`);
