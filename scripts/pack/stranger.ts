import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NPM_FLAGS, run } from './run.ts';

const SMOKE_MS = 20_000;

/** A program that uses the package as anybody would: installed from its tarball, away from the checkout. */
export class Stranger {
  readonly #folder: string;
  readonly #root: string;

  /** @param root the checkout, for its compiler, its type definitions and its copy of the peer */
  constructor(folder: string, root: string) {
    this.#folder = folder;
    this.#root = root;
  }

  /** With no network: what has no dependency needs none. */
  async install(tarball: string): Promise<void> {
    mkdirSync(this.#folder);
    this.#write('package.json', { name: 'stranger', private: true, type: 'module' });
    for (const file of ['consumer.ts', 'sqlite.ts', 'smoke.js']) this.#take(file);
    await this.#npmInstall(tarball);
    const brought = readdirSync(join(this.#folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(brought, ['@holdfast'], 'the package brought others with it');
  }

  async installPeer(): Promise<void> {
    this.#take('oauth.ts');
    await this.#npmInstall('--install-links', join(this.#root, 'node_modules/oauth4webapi'));
  }

  /** In every way in which its author may have set up the compiler; library files are checked as well. */
  async compile(tsc: string): Promise<void> {
    for (const [module, moduleResolution] of [
      ['nodenext', 'nodenext'],
      ['preserve', 'bundler'],
    ]) {
      for (const lib of [['es2024'], ['es2024', 'dom', 'dom.iterable']]) {
        // Where there is no DOM, Node's types say what a Response is; where there is, nothing says what Node is.
        const isNode = lib.length === 1;
        const types = isNode ? ['node'] : [];
        const exclude = isNode ? [] : ['sqlite.ts'];
        const typeRoots = [join(this.#root, 'node_modules/@types')];
        const options = { target: 'es2024', module, moduleResolution, lib, types, typeRoots, strict: true };
        const compilerOptions = { ...options, exactOptionalPropertyTypes: true, skipLibCheck: false };
        this.#write('tsconfig.json', { compilerOptions, include: ['*.ts'], exclude });
        await run(tsc, ['-p', 'tsconfig.json'], this.#folder).catch((cause: unknown) => {
          throw new Error(`with module ${module} and lib ${lib}`, { cause });
        });
      }
    }
  }

  /** Runs it, and sees that it ends by itself. @param command a runtime with its flags */
  async smoke([executable, ...flags]: readonly [string, ...string[]]): Promise<void> {
    const parts = ['consumer', 'sqlite', 'oauth'].filter((part) => existsSync(join(this.#folder, `${part}.js`)));
    rmSync(join(this.#folder, 'leases.db'), { force: true });
    await run(executable, [...flags, 'smoke.js', ...parts], this.#folder, SMOKE_MS);
  }

  async #npmInstall(...what: string[]): Promise<void> {
    await run('npm', ['install', '--offline', ...NPM_FLAGS, ...what], this.#folder);
  }

  #take(file: string): void {
    cpSync(new URL(`consumer/${file}`, import.meta.url), join(this.#folder, file));
  }

  #write(file: string, content: unknown): void {
    writeFileSync(join(this.#folder, file), JSON.stringify(content));
  }
}
