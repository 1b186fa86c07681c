import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { limits } from '@holdfast/wire';
import { LineSplitter } from './line-splitter.ts';
import { StderrTail } from './stderr-tail.ts';

export interface AgentCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Default: the host's own. */
  readonly cwd?: string;
}

export interface AgentEvents {
  /** One line of its standard output. */
  onLine(line: string): void;
  /** It is gone, for whatever reason; nothing comes after. `why` is for a person and ends with its last words on stderr. */
  onEnd(why: string): void;
  /** It wrote something that cannot be a message. */
  onWarning(what: string): void;
}

/** After its input is closed an agent has this long to end by itself, then this long again after SIGTERM, in milliseconds. */
const GRACE_MS = 2_000;

/** What the host itself is trusted with is not the agent's business. */
const PRIVATE_VARIABLES = ['HOLDFAST_ACCOUNT_TOKEN', 'HOLDFAST_ACCOUNT_ID'];

/** A command on stdio, one line a message, in a process group of its own that ends with it. */
export class AgentProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #events: AgentEvents;
  readonly #stderr = new StderrTail();
  readonly #name: string;
  #ended = false;
  #stopping = false;
  #killer: NodeJS.Timeout | null = null;

  constructor({ command, args, cwd }: AgentCommand, events: AgentEvents) {
    this.#events = events;
    this.#name = command;
    const env = { ...process.env };
    for (const name of PRIVATE_VARIABLES) delete env[name];
    this.#child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const lines = new LineSplitter(
      limits.messageBytes,
      (line) => {
        if (!this.#stopping) events.onLine(line);
      },
      (most) => events.onWarning(`${command} wrote a line of more than ${most} bytes; it was dropped`),
    );
    this.#child.stdout.on('data', (chunk: Buffer) => lines.write(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => this.#stderr.write(chunk));
    this.#child.stdin.on('error', () => {}); // it went away while we wrote; `close` says so
    this.#child.on('error', (error) => this.#end(`${command} could not be started: ${describeSpawnError(error)}`));
    this.#child.on('close', (code, signal) => {
      lines.end();
      this.#end(`${command} ${signal === null ? `exited with code ${code}` : `was ended by ${signal}`}`);
    });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** Bytes given to it that it has not read yet. */
  get unreadBytes(): number {
    return this.#child.stdin.writableLength;
  }

  write(line: string): void {
    if (!this.#ended && this.#child.stdin.writable) this.#child.stdin.write(`${line}\n`);
  }

  /** Stops and starts reading what it writes: the pipe fills, and the agent waits. */
  pause(): void {
    this.#child.stdout.pause();
  }

  resume(): void {
    this.#child.stdout.resume();
  }

  /** Closes its input, then asks, then insists. Nothing is told after this. */
  stop(): void {
    if (this.#ended || this.#stopping) return;
    this.#stopping = true;
    this.#child.stdout.resume(); // an agent that waits to write could not end
    this.#child.stdin.end();
    this.#killer = setTimeout(() => {
      this.#signal('SIGTERM');
      this.#killer = setTimeout(() => this.#signal('SIGKILL'), GRACE_MS);
    }, GRACE_MS);
  }

  /** Ends the whole group at once: for when the host itself is ending. */
  kill(): void {
    this.#stopping = true;
    this.#signal('SIGKILL');
  }

  #end(what: string): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#killer !== null) clearTimeout(this.#killer);
    this.#signal('SIGKILL'); // what it started and left behind
    if (this.#stopping) return;
    const said = this.#stderr.text();
    this.#events.onEnd(said === '' ? what : `${what}; its last words: ${said}`);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // the group is gone already
    }
  }

  get name(): string {
    return this.#name;
  }
}

function describeSpawnError(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such command; is it installed, and on PATH?';
  if (code === 'EACCES') return 'it is not executable';
  return error.message;
}
