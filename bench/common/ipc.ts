// Questions and answers between the bench and the processes it starts.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Question {
  readonly id: number;
  readonly body: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface WorkerOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Of its Node. */
  readonly execArgv?: readonly string[];
}

/** A process of the bench that answers questions until it is stopped. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #asked = 0;
  #stderr = '';

  /** @param module the file that calls `serve` */
  constructor(module: URL, args: readonly string[] = [], { env = process.env, execArgv = [] }: WorkerOptions = {}) {
    const file = fileURLToPath(module);
    this.#child = fork(file, args, {
      env,
      execArgv: [...execArgv],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // Peers warn of what is done to them here on purpose: shown only if the process ends.
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_096);
    });
    this.#child.on('message', ({ id, value, error }: Answer) => {
      const asker = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) asker?.resolve(value);
      else asker?.reject(new Error(error));
    });
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`${basename(file)} ${args.join(' ')} ended too early (${signal ?? code}). ${this.#stderr}`));
      }
      this.#waiting.clear();
    });
  }

  /** The answer; its type is what the module at the other end, which is ours too, is known to answer. */
  ask<T>(body: unknown): Promise<T> {
    this.#asked += 1;
    const question: Question = { id: this.#asked, body };
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(question.id, { resolve: (value) => resolve(value as T), reject });
      this.#child.send(question, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  /** Resolves once it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** Answers questions for as long as the bench is there. */
export function serve<Q>(answer: (question: Q) => unknown): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, body }: Question) => {
    let reply: Answer;
    try {
      // What the bench asks is what the module, which is ours too, is known to be asked.
      reply = { id, value: await answer(body as Q) };
    } catch (error) {
      reply = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    process.send?.(reply);
  });
}
