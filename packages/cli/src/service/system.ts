import { execFile } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a service manager needs of this machine. */
export interface System {
  readonly home: string;
  readonly user: string;
  readonly uid: number;
  /** `$XDG_CONFIG_HOME`, else `~/.config`. */
  readonly config: string;
  /** Runs a command to its end. @throws CliError when there is no such command */
  run(command: string, args: readonly string[]): Promise<Ran>;
}

/** The longest a manager's own command may take, in milliseconds: stopping a host takes up to 15 s. */
const TIMEOUT_MS = 30_000;

export function thisSystem(env: NodeJS.ProcessEnv): System {
  const { username, uid } = userInfo();
  const home = env['HOME'] || homedir();
  return { home, user: username, uid, config: env['XDG_CONFIG_HOME'] || `${home}/.config`, run };
}

function run(command: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: TIMEOUT_MS, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else reject(new CliError(exitCodes.unavailable, `\`${command}\` could not be run: ${error.message.trim()}.`));
    });
  });
}
