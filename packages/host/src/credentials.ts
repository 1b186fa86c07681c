import { readFileSync, statSync, unwatchFile, watchFile } from 'node:fs';
import { z } from 'zod';

/** The account that a host enrolls and refreshes with. The token goes into a header and nowhere else. */
export interface AccountCredentials {
  readonly accountId: string;
  readonly accountToken: string;
}

/** Where account credentials come from. Read again after the relay refuses them. */
export interface CredentialSource {
  /** For a person: "HOLDFAST_ACCOUNT_TOKEN", or the path of a file. */
  readonly description: string;
  /** Null when there are none. @throws Error that says what is wrong with them */
  read(): AccountCredentials | null;
  /** Calls `onChange` when they may have changed. Returns what ends that. */
  watch(onChange: () => void): () => void;
}

/** A header's value: visible ASCII. What is not would only fail later, further from its cause. */
const HeaderValue = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces')
  .max(8192);
const CredentialsFile = z.object({ accountId: HeaderValue, accountToken: HeaderValue });

/** How often a credentials file is looked at, in milliseconds. */
const WATCH_INTERVAL_MS = 1_000;

/** Credentials that cannot change while the process runs. */
export function fixedCredentials(credentials: AccountCredentials, description: string): CredentialSource {
  return { description, read: () => credentials, watch: () => () => {} };
}

/** `HOLDFAST_ACCOUNT_TOKEN` and `HOLDFAST_ACCOUNT_ID`; null unless both are set. @throws Error when one is missing or unusable */
export function environmentCredentials(env: NodeJS.ProcessEnv): CredentialSource | null {
  const accountToken = env['HOLDFAST_ACCOUNT_TOKEN'];
  const accountId = env['HOLDFAST_ACCOUNT_ID'];
  if (!accountToken && !accountId) return null;
  const parsed = CredentialsFile.safeParse({ accountId, accountToken });
  if (!parsed.success) {
    throw new Error(
      'HOLDFAST_ACCOUNT_TOKEN and HOLDFAST_ACCOUNT_ID must both be set, to visible ASCII without spaces.',
    );
  }
  return fixedCredentials(parsed.data, 'HOLDFAST_ACCOUNT_TOKEN, which takes a restart');
}

/** A JSON file `{"accountId", "accountToken"}`, as `holdfast login` writes it. */
export function fileCredentials(path: string): CredentialSource {
  return {
    description: path,
    read() {
      let text: string;
      try {
        text = readFileSync(path, 'utf8');
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
      if ((statSync(path).mode & 0o077) !== 0) throw new Error(`${path} can be read by others; run: chmod 600 ${path}`);
      return parseFile(text, path);
    },
    watch(onChange) {
      const listener = () => onChange();
      // by polling: a file that is replaced, or not there yet, is noticed too
      watchFile(path, { interval: WATCH_INTERVAL_MS, persistent: false }, listener);
      return () => unwatchFile(path, listener);
    },
  };
}

function parseFile(text: string, path: string): AccountCredentials {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${path} is not JSON; log in again with \`holdfast login\`.`); // the parser's message would quote the token
  }
  const parsed = CredentialsFile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${path} holds no usable accountId and accountToken; log in again with \`holdfast login\`.`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
