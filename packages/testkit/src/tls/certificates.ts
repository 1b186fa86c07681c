import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A private authority for tests, good until 2120. Its key was thrown away; nothing but a test trusts it. */
export const TEST_CA_FILE = fileOf('ca.pem');

/**
 * Signed by the test authority for relay.test, proxy.test, localhost and loopback. `expired` ended with 2020; `renewed` is signed by itself,
 * so that a test can tell which of two it was shown.
 */
export type TestCertificate = 'server' | 'expired' | 'renewed';

export function testCertificate(name: TestCertificate): { readonly cert: string; readonly key: string } {
  return { cert: readFileSync(fileOf(`${name}.pem`), 'utf8'), key: readFileSync(fileOf(`${name}.key.pem`), 'utf8') };
}
