import type { DatabaseSync } from 'node:sqlite';
import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from './clock.ts';
import { rfc3339 } from './clock.ts';
import { hashToken, mintId, mintToken, type RandomBytes, tokenPrefix } from './secrets.ts';
import { integer, type Row, text } from './stores/row.ts';

/** Account tokens of one account that are kept; the oldest goes when one more is minted. */
const MAX_ACCOUNT_TOKENS = 50;
const TEN_YEARS_S = 10 * 365 * 24 * 3600;
/** Where a codex looks for its account in a JWT (docs/protocol.md §2). */
const CODEX_CLAIM = 'https://api.openai.com/auth';
const EMAIL = 'owner@holdfast.invalid';
/** How often the account had been rotated when a JWT was made; one of before has none. */
const ROTATIONS_CLAIM = 'holdfast_rotations';

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
  /** Signs the credentials of a stock codex. */
  readonly signingKey: Uint8Array;
}

/** Whose hosts and devices are here: the relay's owner, made with its database, and whom he lets in. Tokens are kept as hashes. */
export class Accounts {
  readonly owner: Account;
  readonly #options: AccountsOptions;
  /** Hashes of the tokens that end with this process. */
  readonly #passing = new Set<string>();

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.owner = this.#openOwner();
  }

  get(accountId: string): Account | null {
    return read(this.#options.db.prepare('SELECT * FROM accounts WHERE account_id = ?').get(accountId));
  }

  /** The user that a device of this account belongs to. @throws Error for no account of this relay */
  userOf(accountId: string): string {
    const account = this.get(accountId);
    if (account === null) throw new Error('a device belongs to no account');
    return account.userId;
  }

  /** Another account, with its first token. Belongs into a transaction. */
  create(name: string | null): AccountToken {
    return this.mintToken(this.#insert(name));
  }

  /** With its tokens; its hosts and devices go with it. */
  remove(accountId: string): void {
    this.#options.db.prepare('DELETE FROM accounts WHERE account_id = ?').run(accountId);
  }

  mintToken(accountId: string = this.owner.accountId): AccountToken {
    const { db, clock, random } = this.#options;
    const accountToken = mintToken('account', random);
    db.prepare('INSERT INTO account_tokens (hash, account_id, created_at) VALUES (?, ?, ?)').run(
      hashToken(accountToken),
      accountId,
      clock.wall(),
    );
    db.prepare(
      `DELETE FROM account_tokens WHERE account_id = :account
       AND id NOT IN (SELECT id FROM account_tokens WHERE account_id = :account ORDER BY id DESC LIMIT :most)`,
    ).run({ account: accountId, most: MAX_ACCOUNT_TOKENS });
    return { accountId, accountToken };
  }

  /** Refuses every token and codex credential made so far, and gives a new token. Belongs into a transaction. */
  rotate(accountId: string = this.owner.accountId): AccountToken {
    const { db } = this.#options;
    db.prepare('DELETE FROM account_tokens WHERE account_id = ?').run(accountId);
    db.prepare('UPDATE accounts SET rotations = rotations + 1 WHERE account_id = ?').run(accountId);
    return this.mintToken(accountId);
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
      email: EMAIL,
      [ROTATIONS_CLAIM]: this.#rotationsOf(accountId),
      [CODEX_CLAIM]: { chatgpt_account_id: accountId, chatgpt_user_id: userId, chatgpt_plan_type: 'pro' },
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(userId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(signingKey);
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
      .prepare('SELECT accounts.* FROM account_tokens JOIN accounts USING (account_id) WHERE hash = ?')
      .get(hashToken(token));
    return read(row);
  }

  async #byJwt(jwt: string): Promise<Account | null> {
    const { db, signingKey, clock } = this.#options;
    try {
      const { payload } = await jwtVerify(jwt, signingKey, {
        algorithms: ['HS256'],
        currentDate: new Date(clock.wall()),
      });
      const account = read(db.prepare('SELECT * FROM accounts WHERE user_id = ?').get(payload.sub ?? ''));
      const isCurrent = account !== null && (payload[ROTATIONS_CLAIM] ?? 0) === this.#rotationsOf(account.accountId);
      return isCurrent ? account : null;
    } catch {
      return null; // not a JWT, not ours, or expired: all the same to who presents it
    }
  }

  #rotationsOf(accountId: string): number {
    const row = this.#options.db.prepare('SELECT rotations FROM accounts WHERE account_id = ?').get(accountId);
    return row === undefined ? 0 : integer(row, 'rotations');
  }

  #openOwner(): Account {
    const oldest = this.#options.db.prepare('SELECT * FROM accounts ORDER BY created_at, rowid LIMIT 1');
    const owner = read(oldest.get()) ?? this.get(this.#insert(null));
    if (owner === null) throw new Error('the owner account was not kept');
    return owner;
  }

  #insert(name: string | null): string {
    const { db, clock, random } = this.#options;
    const accountId = mintId('acc_', random);
    db.prepare('INSERT INTO accounts (account_id, user_id, created_at, name) VALUES (?, ?, ?, ?)').run(
      accountId,
      mintId('user_', random),
      clock.wall(),
      name,
    );
    return accountId;
  }
}

function read(row: Row | undefined): Account | null {
  return row === undefined ? null : { accountId: text(row, 'account_id'), userId: text(row, 'user_id') };
}
