import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Credentials, exportCredentials, importCredentials } from '@holdfast/controller';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** Device keys that this machine paired with, a file each, readable by its user alone. */
export class StoredDevices {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async save(credentials: Credentials): Promise<void> {
    const path = this.#path(credentials.environmentId);
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, `${JSON.stringify(await exportCredentials(credentials))}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** @throws CliError when there is none for it, or not at this relay */
  async load(environmentId: string, relay: string): Promise<Credentials> {
    const known = this.#known();
    if (!known.includes(environmentId)) {
      const others = known.length === 0 ? 'nothing is paired yet' : `it knows ${known.join(', ')}`;
      throw new CliError(
        exitCodes.refused,
        `This machine is not paired with ${environmentId}; ${others} (in ${this.#dir}). Pair with --code; \`holdfast pair\` on the host shows one.`,
      );
    }
    const path = this.#path(environmentId);
    if ((statSync(path).mode & 0o077) !== 0)
      throw new CliError(exitCodes.refused, `${path} can be read by others; run: chmod 600 ${path}`);
    const credentials = await importCredentials(parse(readFileSync(path, 'utf8')));
    if (credentials.base !== relay)
      throw new CliError(exitCodes.usage, `${environmentId} was paired at ${credentials.base}, not at ${relay}.`);
    return credentials;
  }

  #known(): string[] {
    try {
      return readdirSync(this.#dir)
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -'.json'.length));
    } catch {
      return []; // nothing is paired yet
    }
  }

  #path(environmentId: string): string {
    return join(this.#dir, `${environmentId.replace(/[^\w.-]/g, '_')}.json`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // importCredentials says that it is damaged
  }
}
