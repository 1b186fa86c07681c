import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Leashed } from '@holdfast/testkit';
import type { Ledger } from './ledger.ts';

const MAIN = fileURLToPath(new URL('host-main.ts', import.meta.url));
const PAIRING_TRIES = 60;

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

  start(): void {
    const { name, relay, dataDir, journals, account } = this.#options;
    this.#number += 1;
    this.#process = new Leashed(process.execPath, [MAIN, relay(), dataDir, journals, `${name}#${this.#number}`], {
      env: { ...process.env, HOLDFAST_ACCOUNT_ID: account.accountId, HOLDFAST_ACCOUNT_TOKEN: account.accountToken },
    });
  }

  async pair(): Promise<{ pairingCode: string; environmentId: string }> {
    const host = this.#process;
    if (host === null) throw new Error(`${this.name} does not run`);
    const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
    for (let tries = 1; ; tries += 1) {
      host.stdin.write('pair\n');
      const { value, done } = await lines.next();
      if (done) throw new Error(`${this.name} ended: ${host.stderr()}`);
      const answer = JSON.parse(value) as { pairingCode: string; environmentId: string } | { error: string };
      if (!('error' in answer)) return answer;
      if (tries === PAIRING_TRIES) throw new Error(`${this.name} cannot pair: ${answer.error}`);
      await delay(500);
    }
  }

  /** SIGKILL, to its agents too. */
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
