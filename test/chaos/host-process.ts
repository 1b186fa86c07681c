import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Happenings, Leashed } from '@holdfast/testkit';
import type { Ledger } from './ledger.ts';

const MAIN = fileURLToPath(new URL('host-main.ts', import.meta.url));
const CONNECT_MS = 15_000;

/** What host-main.ts says. */
interface Line {
  readonly connected?: boolean;
  readonly pairingCode?: string;
  readonly environmentId?: string;
  readonly error?: string;
}

export interface Account {
  readonly accountId: string;
  readonly accountToken: string;
}

export interface HostProcessOptions {
  /** `host-1`. */
  readonly name: string;
  readonly dataDir: string;
  readonly journals: string;
  /** Where it finds the relay. */
  readonly relay: () => string;
  readonly account: Account;
  readonly ledger: Ledger;
}

/** A real host that can be killed and started again, with the identity it had. */
export class HostProcess {
  readonly #options: HostProcessOptions;
  readonly #logged: string[] = [];
  readonly #happenings = new Happenings(() => JSON.stringify(this.#said));
  #said: Line = {};
  #number = 0;
  #process: Leashed | null = null;

  constructor(options: HostProcessOptions) {
    this.#options = options;
    mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  }

  get name(): string {
    return this.#options.name;
  }

  log(): string {
    return [...this.#logged, this.#process?.stderr() ?? ''].join('\n--- killed ---\n');
  }

  /** Settles when it has connected, or has had the time to. */
  async start(): Promise<void> {
    const { name, relay, dataDir, journals, account } = this.#options;
    this.#number += 1;
    this.#process = new Leashed(process.execPath, [MAIN, relay(), dataDir, journals, `${name}#${this.#number}`], {
      env: { ...process.env, HOLDFAST_ACCOUNT_ID: account.accountId, HOLDFAST_ACCOUNT_TOKEN: account.accountToken },
    });
    const lines = createInterface({ input: this.#process.stdout });
    lines.on('line', (line) => {
      this.#said = JSON.parse(line) as Line; // by host-main.ts
      this.#happenings.notify();
    });
    this.#said = {};
    await Promise.race([this.#until('to connect', ({ connected }) => connected), delay(CONNECT_MS)]).catch(() => {});
  }

  async pair(): Promise<{ pairingCode: string; environmentId: string }> {
    this.#said = {};
    this.#process?.stdin.write('pair\n');
    const { pairingCode, environmentId } = await this.#until('to pair', ({ pairingCode: code, error }) => {
      if (error !== undefined) throw new Error(`${this.name} cannot pair: ${error}`);
      return code !== undefined;
    });
    return { pairingCode: pairingCode ?? '', environmentId: environmentId ?? '' };
  }

  #until(what: string, probe: (line: Line) => boolean | undefined): Promise<Line> {
    return this.#happenings.until(() => probe(this.#said) && this.#said, { what: `${this.name} ${what}` });
  }

  /** SIGKILL. Its agents end with their input. */
  async kill(): Promise<void> {
    const host = this.#process;
    if (host === null) return;
    this.#process = null;
    host.kill('SIGKILL');
    await host.exited;
    this.#logged.push(host.stderr());
    this.#options.ledger.restarted(this.name);
  }
}
