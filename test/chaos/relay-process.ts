import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Leashed } from '@holdfast/testkit';

const MAIN = fileURLToPath(new URL('relay-main.ts', import.meta.url));

/** What the chaos relay lets wait: little, so that an overflow takes seconds. */
export const bounds = { streamBytes: 3 * 1024 * 1024, liveStreamBytes: 24 * 1024 * 1024 } as const;

/** A relay that can be killed and started again, on the same port and folder. */
export class RelayProcess {
  readonly #dataDir: string;
  readonly #logged: string[] = [];
  #process: Leashed | null = null;
  #port = 0;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  get port(): number {
    return this.#port;
  }

  /** What it and those before it wrote to stderr. */
  log(): string {
    return [...this.#logged, this.#process?.stderr() ?? ''].join('\n--- killed ---\n');
  }

  async start(): Promise<void> {
    const relay = new Leashed(process.execPath, [MAIN, this.#dataDir, String(this.#port), JSON.stringify(bounds)]);
    this.#process = relay;
    const line = await Promise.race([
      once(createInterface({ input: relay.stdout }), 'line').then(([text]) => String(text)),
      relay.exited.then((code) => Promise.reject(new Error(`the relay exited with ${code}: ${relay.stderr()}`))),
    ]);
    this.#port = Number(line);
  }

  /** With no chance to say or to write anything, or in order. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const relay = this.#process;
    if (relay === null) return;
    if (signal === 'SIGTERM') await relay.stop();
    relay.kill('SIGKILL');
    await relay.exited;
    this.#logged.push(relay.stderr());
    this.#process = null;
  }
}
