// A relay in a process of its own, to be killed: `relay-main.ts FOLDER PORT PRESSURE`, the last as JSON. Prints its port once it listens.
import { startRelay } from '../../src/index.ts';

const [dataDir = '', port = '0', pressure = '{}'] = process.argv.slice(2);
const relay = await startRelay({
  dataDir,
  listen: { host: '127.0.0.1', port: Number(port) },
  pressure: JSON.parse(pressure),
});
process.stdout.write(`${new URL(relay.url).port}\n`);
// ends with its parent, however that ends
process.stdin.resume().on('end', () => process.exit(0));
