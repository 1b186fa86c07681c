// Checks what would be published of the lease: its tarball, its types, and a stranger's program that is installed with it, compiled and
// run. Needs `npm run build` first. Fetches its tools into .cache/ when they are missing.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './pack/run.ts';
import { Stranger } from './pack/stranger.ts';
import { checkContents, checkImports, pack, readManifest } from './pack/tarball.ts';
import { PackTools } from './pack/tools.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'build/lease');
const tools = new PackTools(join(root, '.cache'));
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-pack-'));
const stranger = new Stranger(join(scratch, 'stranger'), root);

async function check<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  process.stdout.write(`ok  ${what} (${Math.round(performance.now() - from)} ms)\n`);
  return result;
}

async function smokeOn(runtime: string, executable: string | null, ...flags: string[]): Promise<void> {
  if (executable === null) {
    process.stdout.write(
      `--  ${runtime}: skipped, since it has no executable for ${process.platform} ${process.arch}\n`,
    );
  } else {
    await check(`runs on ${runtime}`, () => stranger.smoke([executable, ...flags]));
  }
}

async function runtimes(): Promise<void> {
  await smokeOn(`Node ${process.versions.node}`, process.execPath);
  await smokeOn('Bun', tools.bun);
  const allowed = ['--no-prompt', '--allow-net=127.0.0.1', '--allow-read=.', '--allow-write=.'];
  await smokeOn('Deno', tools.deno, 'run', '--node-modules-dir=manual', ...allowed);
}

async function main(): Promise<void> {
  if (!existsSync(built)) throw new Error('build/lease is missing; run `npm run build` first.');
  const manifest = readManifest(built);
  const tarball = await check('packs', () => pack(built, scratch));
  await check('the tarball holds what it should, and brings nothing', () => checkContents(tarball, manifest));
  await check('only what says so imports more than itself', () => checkImports(built, manifest));
  await check('the tools are there', () => tools.install());
  await check('publint', () => run(tools.command('publint'), [tarball.path, '--strict'], root));
  // ESM only, as every runtime that the package is for can load it.
  await check('are the types wrong', () => run(tools.command('attw'), [tarball.path, '--profile', 'esm-only'], root));

  await check('a stranger installs it, without a network', () => stranger.install(tarball.path));
  await check('it compiles with TypeScript 7', () => stranger.compile(join(root, 'node_modules/.bin/tsc')));
  await runtimes();
  await check('the stranger adds oauth4webapi', () => stranger.installPeer());
  await check('it compiles with TypeScript 7', () => stranger.compile(join(root, 'node_modules/.bin/tsc')));
  await check('it compiles with TypeScript 5', () => stranger.compile(tools.command('tsc')));
  await runtimes();
}

try {
  await main();
} catch (error) {
  console.error('not ok', error);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
