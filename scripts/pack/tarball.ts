import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NPM_FLAGS, run } from './run.ts';

/** What a built package says of itself. */
export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly dependencies?: unknown;
  readonly sideEffects?: unknown;
}

export interface Tarball {
  readonly path: string;
  /** Relative to the package. */
  readonly files: readonly string[];
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest; // our own file
}

export async function pack(folder: string, into: string): Promise<Tarball> {
  const output = await run('npm', ['pack', folder, '--json', '--pack-destination', into, ...NPM_FLAGS], into);
  const [packed] = JSON.parse(output) as [{ filename: string; files: { path: string }[] }]; // npm's own format
  return { path: join(into, packed.filename), files: packed.files.map(({ path }) => path) };
}

const BELONGS = /^(LICENSE|README\.md|package\.json|src\/([\w-]+\/)*[\w-]+\.(js|d\.ts))$/;

export function checkContents({ files }: Tarball, manifest: Manifest): void {
  const foreign = files.filter((file) => !BELONGS.test(file));
  assert.deepEqual(foreign, [], 'the tarball holds what it should not');
  for (const file of ['LICENSE', 'README.md', 'package.json']) assert.ok(files.includes(file), `it lacks ${file}`);
  assert.equal(manifest.dependencies, undefined, 'it has dependencies');
  assert.equal(manifest.sideEffects, false, 'it does not say that it has no side effects');
  for (const target of Object.values(manifest.exports)) {
    for (const file of [target.types, target.default]) {
      assert.ok(files.includes(file.replace('./', '')), `it exports ${file}, which it does not hold`);
    }
  }
}

/** What each export may import beyond the package itself. An export that is not named here: nothing. */
const MAY_NEED: Readonly<Record<string, readonly string[]>> = {
  './oauth': ['oauth4webapi'],
  './sqlite': ['node:sqlite', 'node:fs'],
};

/** The main export runs anywhere because nothing behind it needs Node. */
export function checkImports(folder: string, manifest: Manifest): void {
  for (const [path, target] of Object.entries(manifest.exports)) {
    const needed = [...new Set(packagesBehind(join(folder, target.default)))];
    const foreign = needed.filter((name) => MAY_NEED[path]?.includes(name) !== true);
    assert.deepEqual(foreign, [], `${path} imports what it may not`);
  }
}

const IMPORTS = /^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

/** The packages, Node's own included, that a built module imports, itself or through others. */
function packagesBehind(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return [...readFileSync(file, 'utf8').matchAll(IMPORTS)].flatMap((found) => {
    const specifier = found.slice(1).find((part) => part !== undefined) ?? '';
    return specifier.startsWith('.') ? packagesBehind(join(dirname(file), specifier), seen) : [specifier];
  });
}
