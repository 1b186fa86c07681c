import type { DatabaseSync } from 'node:sqlite';
import { formatManualCode, readCode } from '@holdfast/wire';
import type { Clock } from './clock.ts';
import { hashCode, type RandomBytes, sameSecret } from './secrets.ts';
import { blob, integer, text } from './stores/row.ts';

const CODE_LIFE_MS = 10 * 60_000;
/** Codes of one host at a time; the oldest goes. */
const MAX_CODES = 16;

export interface PairingCode {
  readonly code: string;
  readonly manualCode: string | null;
  readonly expiresAt: number;
}

/** One of the two forms in which a code comes back. */
export interface GivenCode {
  readonly pairing_code?: string | null | undefined;
  readonly manual_pairing_code?: string | null | undefined;
}

export interface FoundCode {
  readonly id: number;
  readonly serverId: string;
  readonly claimed: boolean;
}

export interface PairingOptions {
  readonly db: DatabaseSync;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly pepper: Uint8Array;
}

/** Codes that a host shows and a controller gives back: one use, ten minutes, only their hashes kept. */
export class Pairing {
  readonly #options: PairingOptions;

  constructor(options: PairingOptions) {
    this.#options = options;
  }

  create(serverId: string, withManualCode: boolean): PairingCode {
    const { db, clock, random, pepper } = this.#options;
    const now = clock.wall();
    const code = Buffer.from(random(24)).toString('base64url');
    const manualCode = withManualCode ? formatManualCode(random(8)) : null;
    const expiresAt = now + CODE_LIFE_MS;
    db.prepare('DELETE FROM pairing_codes WHERE expires_at <= ?').run(now);
    db.prepare('INSERT INTO pairing_codes (code_hash, manual_hash, server_id, expires_at) VALUES (?, ?, ?, ?)').run(
      hashCode(code, pepper),
      manualCode === null ? null : hashCode(manualCode, pepper),
      serverId,
      expiresAt,
    );
    db.prepare(
      'DELETE FROM pairing_codes WHERE server_id = ? AND id NOT IN (SELECT id FROM pairing_codes WHERE server_id = ? ORDER BY id DESC LIMIT ?)',
    ).run(serverId, serverId, MAX_CODES);
    return { code, manualCode, expiresAt };
  }

  /** Names a code in a place that must not tell it, whether there is such a code or not. Null for what has not the form of one. */
  keyOf(given: GivenCode): string | null {
    const read = readGiven(given);
    return read === null ? null : hashCode(read.code, this.#options.pepper).toString('base64url');
  }

  /** Null for one that never was, or that has expired. A claimed one is still found, so that its host learns of it. */
  find(given: GivenCode): FoundCode | null {
    const { db, clock, pepper } = this.#options;
    const read = readGiven(given);
    if (read === null) return null;
    const { code, column } = read;
    const hash = hashCode(code, pepper);
    const row = db.prepare(`SELECT * FROM pairing_codes WHERE ${column} = ?`).get(hash);
    if (row === undefined || !sameSecret(blob(row, column), hash)) return null;
    if (integer(row, 'expires_at') <= clock.wall()) return null;
    return { id: integer(row, 'id'), serverId: text(row, 'server_id'), claimed: row['claimed_at'] !== null };
  }

  /** Uses the code up. False when somebody else was sooner, or it has expired meanwhile. */
  consume({ id }: FoundCode): boolean {
    const { db, clock } = this.#options;
    const now = clock.wall();
    const used = db
      .prepare('UPDATE pairing_codes SET claimed_at = ? WHERE id = ? AND claimed_at IS NULL AND expires_at > ?')
      .run(now, id, now);
    return used.changes > 0;
  }
}

function readGiven(given: GivenCode): { code: string; column: 'code_hash' | 'manual_hash' } | null {
  const manual = given.manual_pairing_code ?? null;
  const code = manual === null ? (given.pairing_code ?? null) : normalizeManual(manual);
  return code === null ? null : { code, column: manual === null ? 'code_hash' : 'manual_hash' };
}

function normalizeManual(typed: string): string | null {
  try {
    const read = readCode(typed);
    return 'manual_pairing_code' in read ? read.manual_pairing_code : null;
  } catch {
    return null; // not of the form: a wrong code like any other
  }
}
