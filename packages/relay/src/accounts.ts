import type { DatabaseSync } from 'node:sqlite';
import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from './clock.ts';
import { rfc3339 } from './clock.ts';
import { hashToken, mintId, mintToken, type RandomBytes, tokenPrefix } from './secrets.ts';
import { text } from './stores/row.ts';
import { replaceSigningKey } from './stores/settings.ts';

/** Account tokens kept; the oldest goes when one more is minted. */
const MAX_ACCOUNT_TOKENS = 50;
const TEN_YEARS_S = 10 * 365 * 24 * 3600;
/** Where a codex looks for its account in a JWT (docs/protocol.md §2). */
const CODEX_CLAIM = 'https://api.openai.com/auth';
const OWNER_EMAIL = 'owner@holdfast.invalid';

export interface Account {
  readonly accountId: string;
  readonly userId: string;
}

export interface AccountToken {
  readonly accountId: string;
  readonly accountToken: string;
}

/** What a stock codex keeps in its auth.json. */
export interface CodexCredentials {
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly account_id: string;
  readonly expires_at: string;
}

export interface AccountsOptions {
  readonly db: DatabaseSync;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly signingKey: () => Uint8Array;
}

/** Whose relay this is. Today one owner; tokens are kept as hashes. */
export class Accounts {
  readonly owner: Account;
  readonly #options: AccountsOptions;
  /** Hashes of the tokens that end with this process. */
  readonly #passing = new Set<string>();

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.owner = this.#openOwner();
  }

  mintToken(): AccountToken {
    const { db, clock, random } = this.#options;
    const { accountId } = this.owner;
    const accountToken = mintToken('account', random);
    db.prepare('INSERT INTO account_tokens (hash, account_id, created_at) VALUES (?, ?, ?)').run(
      hashToken(accountToken),
      accountId,
      clock.wall(),
    );
    db.prepare(
      'DELETE FROM account_tokens WHERE id NOT IN (SELECT id FROM account_tokens ORDER BY id DESC LIMIT ?)',
    ).run(MAX_ACCOUNT_TOKENS);
    return { accountId, accountToken };
  }

  /** Refuses every token and codex credential made so far, and gives a new token. Belongs into a transaction. */
  rotate(): AccountToken {
    const { db, random } = this.#options;
    db.prepare('DELETE FROM account_tokens WHERE account_id = ?').run(this.owner.accountId);
    replaceSigningKey(db, random);
    return this.mintToken();
  }

  /** A token that is good until this process ends: for a host that runs beside the relay. */
  mintPassingToken(): AccountToken {
    const accountToken = mintToken('account', this.#options.random);
    this.#passing.add(hashToken(accountToken).toString('hex'));
    return { accountId: this.owner.accountId, accountToken };
  }

  /** The account that a bearer stands for: an account token, or the JWT of a stock codex. Null for any other. */
  async authenticate(bearer: string): Promise<Account | null> {
    return bearer.startsWith(tokenPrefix.account) ? this.#byToken(bearer) : this.#byJwt(bearer);
  }

  async mintCodexCredentials({ accountId, userId }: Account): Promise<CodexCredentials> {
    const { clock, random, signingKey } = this.#options;
    const issuedAt = Math.floor(clock.wall() / 1000);
    const expiresAt = issuedAt + TEN_YEARS_S;
    const jwt = await new SignJWT({
      email: OWNER_EMAIL,
      [CODEX_CLAIM]: { chatgpt_account_id: accountId, chatgpt_user_id: userId, chatgpt_plan_type: 'pro' },
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(userId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(signingKey());
    return {
      id_token: jwt,
      access_token: jwt,
      // Nothing renews by it: the access token outlives the machine. A codex wants one to be there.
      refresh_token: mintId('unused_', random),
      account_id: accountId,
      expires_at: rfc3339(expiresAt * 1000),
    };
  }

  #byToken(token: string): Account | null {
    if (this.#passing.has(hashToken(token).toString('hex'))) return this.owner;
    const row = this.#options.db
      .prepare('SELECT account_id, user_id FROM account_tokens JOIN accounts USING (account_id) WHERE hash = ?')
      .get(hashToken(token));
    return row === undefined ? null : { accountId: text(row, 'account_id'), userId: text(row, 'user_id') };
  }

  async #byJwt(jwt: string): Promise<Account | null> {
    const { signingKey, clock } = this.#options;
    try {
      const { payload } = await jwtVerify(jwt, signingKey(), {
        algorithms: ['HS256'],
        currentDate: new Date(clock.wall()),
      });
      return payload.sub === this.owner.userId ? this.owner : null;
    } catch {
      return null; // not a JWT, not ours, or expired: all the same to who presents it
    }
  }

  #openOwner(): Account {
    const { db, clock, random } = this.#options;
    const find = db.prepare('SELECT account_id, user_id FROM accounts ORDER BY created_at LIMIT 1');
    let row = find.get();
    if (row === undefined) {
      db.prepare('INSERT INTO accounts (account_id, user_id, created_at) VALUES (?, ?, ?)').run(
        mintId('acc_', random),
        mintId('user_', random),
        clock.wall(),
      );
      row = find.get();
    }
    if (row === undefined) throw new Error('the owner account was not kept');
    return { accountId: text(row, 'account_id'), userId: text(row, 'user_id') };
  }
}
