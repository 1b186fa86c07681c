// Asks the relay that has its data in FOLDER whether it is of use: `healthcheck.mjs FOLDER`. Ends with 0 if it is, else with 1.
import { connect } from 'node:net';
import { join } from 'node:path';

const TIMEOUT_MS = 4_000;
const [folder = '.'] = process.argv.slice(2);

const socket = connect(join(folder, 'operator.sock'));
let answer = '';
socket.setEncoding('utf8');
socket.on('connect', () => socket.write('{"jsonrpc":"2.0","id":1,"method":"relay/status"}\n'));
socket.on('data', (part) => {
  answer += part;
  if (answer.includes('\n')) end(JSON.parse(answer).result?.condition ?? 'no answer');
});
socket.on('error', (error) => end(error.message));
socket.on('close', () => end('the relay ended'));
setTimeout(() => end('no answer in time'), TIMEOUT_MS);

function end(condition) {
  process.stdout.write(`${condition}\n`);
  process.exit(condition === 'ready' ? 0 : 1);
}
