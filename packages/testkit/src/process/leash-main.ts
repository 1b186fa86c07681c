// Runs a command in its own process group's name and kills the whole group as soon as whoever started it is gone, however that came.
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { constants } from 'node:os';

/** A pipe to the owner, that says nothing: it ends when the owner does. */
const OWNER_FD = 3;

const [command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: 'inherit' });

const killGroup = () => process.kill(-process.pid, 'SIGKILL');
const owner = new Socket({ fd: OWNER_FD, readable: true, writable: false });
owner.on('error', killGroup);
owner.on('close', killGroup);
owner.resume();

// The group gets these together; the command decides what they mean, and this process follows it.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

child.on('error', (error) => {
  process.stderr.write(`${command} could not be started: ${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
