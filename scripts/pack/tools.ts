import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { NPM_FLAGS, run } from './run.ts';

/** What the check needs beyond the checkout. The older TypeScript stands for those who have not moved to 7 yet. */
const VERSIONS = {
  publint: '0.3.25',
  '@arethetypeswrong/cli': '0.18.5',
  typescript: '5.9.3',
  bun: '1.4.5',
  deno: '2.9.6',
};

/** The tools, installed once into the checkout's cache. */
export class PackTools {
  readonly #folder: string;

  constructor(cache: string) {
    this.#folder = join(cache, 'pack-tools');
  }

  /** Into a folder of its own first, so that a broken installation never leaves half of one behind. */
  async install(): Promise<void> {
    const wanted = JSON.stringify(VERSIONS);
    const stamp = join(this.#folder, 'versions.json');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
    mkdirSync(join(this.#folder, '..'), { recursive: true });
    const fresh = mkdtempSync(`${this.#folder}-`);
    try {
      const packages = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
      await run('npm', ['install', '--prefix', fresh, '--no-save', ...NPM_FLAGS, ...packages], fresh);
      writeFileSync(join(fresh, 'versions.json'), wanted);
      rmSync(this.#folder, { recursive: true, force: true });
      renameSync(fresh, this.#folder);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }

  /** The path of a command that one of the tools brings. */
  command(name: 'publint' | 'attw' | 'tsc'): string {
    return join(this.#folder, 'node_modules/.bin', name);
  }

  /** Bun's executable; null if there is none for this platform. */
  get bun(): string | null {
    return this.#executable('@oven', 'bin/bun');
  }

  /** Deno's executable; null if there is none for this platform. */
  get deno(): string | null {
    return this.#executable('@deno', 'deno');
  }

  /** A runtime comes as one optional package a platform, and npm takes only the one that fits. */
  #executable(scope: string, path: string): string | null {
    const packages = join(this.#folder, 'node_modules', scope);
    const [fitting] = existsSync(packages) ? readdirSync(packages) : [];
    if (fitting === undefined) return null;
    return join(packages, fitting, process.platform === 'win32' ? `${path}.exe` : path);
  }
}
