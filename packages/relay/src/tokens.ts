import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from './clock.ts';
import { hashToken, mintToken, type RandomBytes } from './secrets.ts';
import { integer, text } from './stores/row.ts';

export interface MintedToken {
  readonly token: string;
  readonly expiresAt: number;
}

export interface KnownToken {
  readonly holderId: string;
  readonly hash: Uint8Array;
  readonly expiresAt: number;
}

export interface TokensOptions {
  readonly db: DatabaseSync;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly kind: 'server' | 'controller';
  /** Milliseconds. */
  readonly lifeMs: number;
}

/** `most`: valid tokens of one holder. A new one leaves the earlier ones valid until they expire, the newest of them. */
const tables = {
  server: { table: 'server_tokens', holder: 'server_id', most: 8 },
  // each session of a client renews its own
  controller: { table: 'client_tokens', holder: 'client_id', most: 32 },
} as const;

/** Short-lived tokens of hosts, or of controllers; only their hashes are kept. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #find: StatementSync;

  constructor(options: TokensOptions) {
    this.#options = options;
    const { table, holder } = tables[options.kind];
    this.#find = options.db.prepare(`SELECT ${holder} AS holder, expires_at FROM ${table} WHERE hash = ?`);
  }

  mint(holderId: string): MintedToken {
    const { db, clock, random, kind, lifeMs } = this.#options;
    const { table, holder, most } = tables[kind];
    const now = clock.wall();
    const token = mintToken(kind, random);
    const expiresAt = now + lifeMs;
    db.prepare(`INSERT INTO ${table} (hash, ${holder}, expires_at) VALUES (?, ?, ?)`).run(
      hashToken(token),
      holderId,
      expiresAt,
    );
    db.prepare(
      `DELETE FROM ${table} WHERE ${holder} = ? AND (expires_at <= ? OR id NOT IN (SELECT id FROM ${table} WHERE ${holder} = ? ORDER BY id DESC LIMIT ?))`,
    ).run(holderId, now, holderId, most);
    return { token, expiresAt };
  }

  /** Null for one that is unknown, revoked or expired. */
  find(token: string): KnownToken | null {
    return this.#byHash(hashToken(token));
  }

  /** Whether one that was found is still neither revoked nor expired. */
  isValid({ hash }: KnownToken): boolean {
    return this.#byHash(hash) !== null;
  }

  revokeAll(holderId: string): void {
    const { table, holder } = tables[this.#options.kind];
    this.#options.db.prepare(`DELETE FROM ${table} WHERE ${holder} = ?`).run(holderId);
  }

  #byHash(hash: Uint8Array): KnownToken | null {
    const { clock } = this.#options;
    const row = this.#find.get(hash);
    if (row === undefined) return null;
    const expiresAt = integer(row, 'expires_at');
    return expiresAt <= clock.wall() ? null : { holderId: text(row, 'holder'), hash, expiresAt };
  }
}
