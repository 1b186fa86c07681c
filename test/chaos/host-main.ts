// A real host in a process of its own, to be killed: `host-main.ts RELAY FOLDER JOURNALS NAME`, with its account in its environment. It says on
// stdout when it has connected; a line on stdin asks for a pairing code, which is answered there.
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fixedCredentials, Host } from '@holdfast/host';
import { normalizeBase } from '@holdfast/wire';
import { pino } from 'pino';

const [relay = '', dataDir = '', journals = '', name = ''] = process.argv.slice(2);
const accountId = process.env['HOLDFAST_ACCOUNT_ID'] ?? '';
const accountToken = process.env['HOLDFAST_ACCOUNT_TOKEN'] ?? '';
const agentMain = fileURLToPath(new URL('agent-main.ts', import.meta.url));

const host = new Host({
  relay: normalizeBase(relay),
  dataDir,
  name,
  agent: { command: process.execPath, args: [agentMain, journals, name] },
  credentials: fixedCredentials({ accountId, accountToken }, 'the chaos test'),
  logger: pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true })),
  version: '0',
  random: () => 0.02, // comes back soon, so that there is more to see in the time
});
const unwatch = host.watch(() => {
  if (host.status().link.state !== 'connected') return;
  unwatch();
  process.stdout.write('{"connected":true}\n');
});
host.start();

createInterface({ input: process.stdin })
  .on('line', () => {
    host.startPairing(false).then(
      ({ pairingCode, environmentId }) => process.stdout.write(`${JSON.stringify({ pairingCode, environmentId })}\n`),
      (error: unknown) => process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`),
    );
  })
  .on('close', () => void host.close());
