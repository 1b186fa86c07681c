import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a unit, and the secrets where there are any; says whether that changed anything. */
export function writeService(unit: string, text: string, secrets: string, secretsText: string): boolean {
  const isNew = writeWhole(unit, text, 0o644);
  const hasOtherSecrets = secretsText === '' ? remove(secrets) : writeWhole(secrets, secretsText, 0o600);
  return isNew || hasOtherSecrets;
}

/** Writes a file whole or not at all; says whether that changed anything. */
function writeWhole(path: string, text: string, mode: number): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text && (statSync(path).mode & 0o777) === mode) return false;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, text, { mode });
  chmodSync(fresh, mode); // whatever the umask took
  renameSync(fresh, path);
  return true;
}

/** Says whether it was there. */
export function remove(path: string): boolean {
  if (!existsSync(path)) return false;
  rmSync(path);
  return true;
}
