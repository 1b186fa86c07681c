import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { type LineBudget, LineSplitter } from '@holdfast/local-socket';
import { limits, oneLine, type RawMessage } from '@holdfast/wire';
import type { Agent, AgentCommand, AgentEvents } from './agent.ts';
import { replyIdOf } from './dropped-reply.ts';
import { StderrTail } from './stderr-tail.ts';

/**
 * In milliseconds: after its input is closed an agent has this long to end by itself, this long again after SIGTERM, and what outlives
 * it outside its group may hold its output this long.
 */
const GRACE_MS = 2_000;

/** What the host itself is trusted with is not the agent's business. */
const PRIVATE_VARIABLES = ['HOLDFAST_ACCOUNT_TOKEN', 'HOLDFAST_ACCOUNT_ID'];

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A command on stdio, one line a message, in a process group of its own that ends with it. */
export class AgentProcess implements Agent {
  readonly name: string;
  /** Settles once it is gone and its output has been read. */
  readonly ended: Promise<void>;
  readonly #events: AgentEvents;
  readonly #tail = new StderrTail();
  /** Null when it could not be started. */
  readonly #child: Child | null;
  readonly #gone = Promise.withResolvers<void>();
  #isGone = false;
  #stopping = false;
  #killer: NodeJS.Timeout | undefined;
  #letGo: NodeJS.Timeout | undefined;

  /** Never throws: a command that cannot be started ends, a moment later. */
  /** @param lines what incomplete lines of several agents may have together */
  constructor(command: AgentCommand, events: AgentEvents, lines?: LineBudget) {
    this.name = command.command;
    this.#events = events;
    this.ended = this.#gone.promise;
    this.#child = this.#start(command);
    if (this.#child !== null) this.#listen(this.#child, lines);
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get stderr(): string {
    return this.#tail.text();
  }

  get unreadBytes(): number {
    return this.#child?.stdin.writableLength ?? 0;
  }

  write(message: RawMessage): void {
    if (!this.#stopping && this.#child?.stdin.writable) this.#child.stdin.write(`${oneLine(message)}\n`);
  }

  /** The pipe fills, and the agent waits. */
  pause(): void {
    this.#child?.stdout.pause();
  }

  resume(): void {
    this.#child?.stdout.resume();
  }

  /** Closes its input, then asks, then insists. */
  stop(): void {
    if (this.#isGone || this.#stopping) return;
    this.#stopping = true;
    this.#child?.stdout.resume(); // an agent that waits to write could not end
    this.#child?.stdin.end();
    this.#killer = setTimeout(() => {
      this.#signalGroup('SIGTERM');
      this.#killer = setTimeout(() => this.#signalGroup('SIGKILL'), GRACE_MS);
    }, GRACE_MS);
  }

  /** Ends the whole group at once. */
  kill(): void {
    this.stop();
    if (!this.#isGone) this.#signalGroup('SIGKILL');
  }

  #start({ command, args, cwd }: AgentCommand): Child | null {
    const env = { ...process.env };
    for (const name of PRIVATE_VARIABLES) delete env[name];
    const failed = (error: unknown) => this.#end(`${command} could not be started: ${describeSpawnError(error)}`);
    try {
      const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
      child.on('error', failed);
      return child.pid === undefined ? null : child; // without a process it may lack its pipes, too
    } catch (error) {
      queueMicrotask(() => failed(error)); // some failures are thrown: tell them as the others are told
      return null;
    }
  }

  #listen(child: Child, budget: LineBudget | undefined): void {
    const lines = new LineSplitter(
      limits.messageBytes,
      (line) => {
        if (!this.#stopping) this.#events.onMessage(line);
      },
      (most) => {
        if (!this.#stopping)
          this.#events.onWarning(`${this.name} wrote a line of more than ${most} bytes; it was dropped`);
      },
      {
        budget,
        onDropped: (head, tail) => {
          const id = replyIdOf(head, tail);
          if (id !== null && !this.#stopping) this.#events.onDroppedReply?.(id);
        },
      },
    );
    let wasRead = false;
    child.stdout.on('data', (chunk: Buffer) => {
      wasRead = true;
      lines.write(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => this.#tail.write(chunk));
    child.stdin.on('error', () => {}); // it went away while we wrote; `close` says so
    const letGo = () => {
      // what it wrote is read at the pace of the acks; only a pipe that nobody writes to any more is given up
      if (wasRead || (child.stdout.isPaused() && !this.#stopping)) {
        wasRead = false;
        this.#letGo = setTimeout(letGo, GRACE_MS);
        return;
      }
      child.stdout.destroy();
      child.stderr.destroy();
    };
    child.on('exit', () => {
      clearTimeout(this.#killer);
      this.#signalGroup('SIGKILL'); // what it started and left behind
      this.#letGo = setTimeout(letGo, GRACE_MS);
    });
    child.on('close', (code, signal) => {
      clearTimeout(this.#letGo);
      lines.end();
      this.#end(`${this.name} ${signal === null ? `exited with code ${code}` : `was ended by ${signal}`}`);
    });
  }

  #end(what: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#killer);
    this.#gone.resolve();
    if (this.#stopping) return;
    this.#events.onEnd(this.stderr === '' ? what : `${what}; its last words: ${this.stderr}`);
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (this.#child?.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // the group is gone already
    }
  }
}

function describeSpawnError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such command; is it installed, and on PATH?';
  if (code === 'EACCES') return 'it is not executable';
  return error.message;
}
