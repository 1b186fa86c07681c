import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CodexHomeOptions {
  /** The folder to become a `CODEX_HOME`; made when it is missing. */
  readonly home: string;
  /** The relay's base, docs/protocol.md §1. */
  readonly base: string;
  /** Default `account-of-the-test`. */
  readonly accountId?: string;
  /** Default: an unsigned JWT that is good for a day. */
  readonly accountToken?: string;
}

const DAY_SECONDS = 24 * 3600;

/** Writes what a stock codex needs to be a host of the relay at `base`, docs/protocol.md §2. */
export async function writeCodexHome(options: CodexHomeOptions): Promise<void> {
  const { home, base, accountId = 'account-of-the-test' } = options;
  const token = options.accountToken ?? unsignedJwt(accountId);
  const auth = {
    OPENAI_API_KEY: null,
    auth_mode: 'chatgpt',
    tokens: { id_token: token, access_token: token, refresh_token: 'none', account_id: accountId },
    last_refresh: new Date().toISOString(),
  };
  const config = `chatgpt_base_url = ${JSON.stringify(base)}\ncli_auth_credentials_store = "file"\n`;
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'auth.json'), JSON.stringify(auth), { mode: 0o600 });
  await writeFile(join(home, 'config.toml'), config, { mode: 0o600 });
}

/** The account token as codex reads it: it takes its claims and never looks at the signature. */
export function unsignedJwt(accountId: string): string {
  const claims = {
    exp: Math.floor(Date.now() / 1000) + DAY_SECONDS,
    'https://api.openai.com/auth': {
      chatgpt_account_id: accountId,
      chatgpt_user_id: `user-of-${accountId}`,
      chatgpt_plan_type: 'pro',
    },
  };
  const parts = [JSON.stringify({ alg: 'none', typ: 'JWT' }), JSON.stringify(claims), 'unsigned'];
  return parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
}
