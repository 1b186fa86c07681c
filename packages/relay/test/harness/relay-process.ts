import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { PressureLimits } from '../../src/index.ts';

const MAIN = fileURLToPath(new URL('./relay-main.ts', import.meta.url));

/** A relay in a process of its own, which can be killed and started again on the same port and folder. */
export class RelayProcess {
  readonly #dataDir: string;
  readonly #pressure: Partial<PressureLimits>;
  #child: ChildProcess | undefined;
  port = 0;

  constructor(t: TestContext, dataDir: string, pressure: Partial<PressureLimits> = {}) {
    this.#dataDir = dataDir;
    this.#pressure = pressure;
    t.after(() => this.kill());
  }

  get base(): string {
    return `http://127.0.0.1:${this.port}/backend-api`;
  }

  async start(): Promise<void> {
    const args = [this.#dataDir, String(this.port), JSON.stringify(this.#pressure)];
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    const [line] = await once(child.stdout, 'data');
    this.port = Number(String(line).trim());
  }

  /** With no chance to say or to write anything. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}
