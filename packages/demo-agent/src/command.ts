import { spawn } from 'node:child_process';

/** The one command this agent ever runs, whatever it is asked: it says what system it runs on, and changes nothing. */
export const command = process.platform === 'win32' ? ['cmd', '/d', '/c', 'ver'] : ['uname', '-sr'];

export interface CommandResult {
  readonly output: string;
  /** Null when it did not start or was stopped. */
  readonly exitCode: number | null;
}

/** A command that says nothing ends after this. */
const LIMIT_MS = 10_000;
const MAX_OUTPUT = 64 * 1024;

/** Runs it. Never throws; an abort stops it. */
export function runCommand(cwd: string, onOutput: (text: string) => void, signal: AbortSignal): Promise<CommandResult> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], signal, timeout: LIMIT_MS });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        if (output.length > MAX_OUTPUT) return;
        output += text;
        onOutput(text);
      });
    }
    child.on('error', (error) => resolve({ output: output === '' ? `${error.message}\n` : output, exitCode: null }));
    child.on('close', (exitCode) => resolve({ output, exitCode }));
  });
}
