import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Clock, rfc3339 } from './clock.ts';
import { remember } from './remember.ts';
import { integer, type Row, text, textOrNull } from './stores/row.ts';

/** Entries kept; the schema lets go of those beyond them, and of those that are older than a week, alone. */
const MOST = 100_000;
const KEPT_MS = 7 * 24 * 3600_000;
/** What somebody does again and again from the same address is entered once in this time. */
const REPEAT_MS = 3600_000;
/** Doings remembered for that; the oldest goes. */
const MAX_REMEMBERED = 10_000;

export type AuditEvent =
  | 'backup_made'
  | 'relay_restored'
  | 'account_created'
  | 'account_token_made'
  | 'account_rotated'
  | 'account_removed'
  | 'codex_credentials_made'
  | 'host_enrolled'
  | 'host_connected'
  | 'host_renamed'
  | 'host_removed'
  | 'pairing_code_made'
  | 'pairing_refused'
  | 'client_enrolled'
  | 'client_paired'
  | 'client_connected'
  | 'client_refused'
  | 'client_renamed'
  | 'client_expired'
  | 'client_revoked'
  | 'drill_started'
  | 'drill_ended';

/** Who did what to whom, and from where; null where it does not apply. */
export interface AuditEntry {
  readonly id: number;
  /** RFC 3339. */
  readonly at: string;
  readonly event: AuditEvent;
  /** As the relay knows it; null for what was done on its own machine, in its data folder. */
  readonly address: string | null;
  readonly serverId: string | null;
  readonly clientId: string | null;
  /** What the host or the device is called, or why it was refused. */
  readonly detail: string | null;
}

/** Without a detail, that of a host is what it is called. */
export type NewAuditEntry = Pick<AuditEntry, 'event'> & Partial<Omit<AuditEntry, 'id' | 'at' | 'event'>>;

/** Events that come as often as a network is bad, or a stranger is stubborn. */
const REPEATED: ReadonlySet<AuditEvent> = new Set([
  'host_enrolled',
  'host_connected',
  'pairing_code_made',
  'pairing_refused',
  'client_connected',
  'client_refused',
]);

/** The log of what changes who may do what. The database itself refuses to change an entry, or to drop a recent one. */
export class Audit {
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  readonly #forget: StatementSync;
  readonly #remembered = new Map<string, number>();

  constructor({ db, clock }: { db: DatabaseSync; clock: Clock }) {
    this.#clock = clock;
    this.#insert = db.prepare(
      `INSERT INTO audit (at, event, address, server_id, client_id, detail)
       VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, (SELECT name FROM servers WHERE server_id = ?4)))`,
    );
    this.#trim = db.prepare('DELETE FROM audit WHERE id <= ?');
    this.#forget = db.prepare('DELETE FROM audit WHERE at < ?');
  }

  record({ event, address = null, serverId = null, clientId = null, detail = null }: NewAuditEntry): void {
    if (REPEATED.has(event) && this.#isRepeated([event, serverId, clientId, address])) return;
    const { lastInsertRowid } = this.#insert.run(this.#clock.wall(), event, address, serverId, clientId, detail);
    const beyond = Number(lastInsertRowid) - MOST;
    if (beyond > 0) this.#trim.run(beyond);
  }

  /** Entries from before that moment; those of the last 7 days stay, whatever it is. Belongs into a transaction. */
  forget(before: number): void {
    this.#forget.run(Math.min(before, this.#clock.wall() - KEPT_MS));
  }

  #isRepeated(doing: readonly (string | null)[]): boolean {
    const key = doing.join(' '); // in one piece, where a template would keep its parts, and that of ten thousand
    const now = this.#clock.monotonic();
    const last = this.#remembered.get(key);
    if (last !== undefined && now - last < REPEAT_MS) return true;
    remember(this.#remembered, key, now, MAX_REMEMBERED);
    return false;
  }
}

/** Entries after the one with that id, the oldest first. */
export function* auditEntries(db: DatabaseSync, after: number): Generator<AuditEntry> {
  for (const row of db.prepare('SELECT * FROM audit WHERE id > ? ORDER BY id').iterate(after)) yield toEntry(row);
}

function toEntry(row: Row): AuditEntry {
  return {
    id: integer(row, 'id'),
    at: rfc3339(integer(row, 'at')),
    event: text(row, 'event') as AuditEvent, // only `record` writes there
    address: textOrNull(row, 'address'),
    serverId: textOrNull(row, 'server_id'),
    clientId: textOrNull(row, 'client_id'),
    detail: textOrNull(row, 'detail'),
  };
}
