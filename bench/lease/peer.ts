import { readFileSync } from 'node:fs';

/**
 * A peer's module. The bench installs the peers on demand, so the type checker does not know them: `T` says which part is used.
 */
export async function loadPeer<T>(specifier: string): Promise<T> {
  const module: unknown = await import(specifier);
  return module as T; // the version is pinned, and each part that is used has been tried
}

/** The version of a peer that is installed. */
export function peerVersion(name: string): string {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }; // every package has one
  return version;
}
