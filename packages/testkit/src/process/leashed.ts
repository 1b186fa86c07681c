import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface LeashedOptions {
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** How long `stop` waits after SIGTERM before it kills, in milliseconds. */
const STOP_GRACE_MS = 5_000;
const MAX_STDERR_CHARACTERS = 256 * 1024;

/** A command in a process group of its own, that ends with this process, even when this process is killed. */
export class Leashed {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** The exit code; 127: it could not be started; 128 + n: ended by signal n. */
  readonly exited: Promise<number>;
  readonly #child: ChildProcess;
  #stderr = '';
  #exitCode: number | undefined;

  constructor(command: string, args: readonly string[], options: LeashedOptions = {}) {
    const leash = fileURLToPath(new URL('leash-main.ts', import.meta.url));
    const child = spawn(process.execPath, [leash, command, ...args], {
      ...options,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    this.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_CHARACTERS);
    });
    this.exited = once(child, 'exit').then(([code, signal]) => {
      this.#exitCode = typeof code === 'number' ? code : 128;
      if (signal !== null) this.#stderr += `\n(ended by ${signal})`;
      return this.#exitCode;
    });
  }

  /** The number of its process group; undefined when it could not be started. */
  get group(): number | undefined {
    return this.#child.pid;
  }

  /** Undefined while it runs. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** What it wrote to stderr so far; the last 256 Ki characters of it. */
  stderr(): string {
    return this.#stderr;
  }

  /** Sends a signal to the whole group. */
  kill(signal: NodeJS.Signals): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, signal);
    } catch (error) {
      // No such group: everybody in it has ended.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  /** Ends the group: politely, then by force. Settles when its leader is gone and nobody is left. */
  async stop(): Promise<void> {
    const giveUp = new AbortController();
    this.kill('SIGTERM');
    await Promise.race([this.exited, sleep(STOP_GRACE_MS, undefined, { signal: giveUp.signal }).catch(() => {})]);
    giveUp.abort();
    this.kill('SIGKILL');
    await this.exited;
  }
}
