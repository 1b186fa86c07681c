import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** npm, with nothing run on behalf of a package and nothing said that is not a failure. */
export const NPM_FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** What a program wrote to stdout. @throws Error with everything it wrote, if it fails or takes longer than `timeoutMs` */
export async function run(command: string, args: readonly string[], cwd: string, timeoutMs = 120_000): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
  const [[code, signal], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  if (code === 0) return out;
  const how = code === null ? `was ended by ${signal}` : `failed with exit code ${code}`;
  throw new Error(`${[command, ...args].join(' ')} ${how}:\n${out}${err}`);
}
