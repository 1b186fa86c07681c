import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Position } from '@holdfast/wire';
import { ownerOf } from './destination.ts';
import { blob, integer, type Row, text } from './stores/row.ts';

/** The stream of mail that belongs to none: `client_closed` and `pong unknown`, which outlive the stream they speak of. */
export const NOTICE = 0;

export interface Mail {
  /** See `destination.ts`. */
  readonly dest: string;
  /** `Stream.id`, or NOTICE. */
  readonly stream: number;
  readonly position: Position;
  /** As it goes out, without its cursor. */
  readonly frame: Buffer;
}

export interface Waiting {
  readonly frames: number;
  readonly bytes: number;
}

const NONE: Waiting = { frames: 0, bytes: 0 };

/** Frames that wait for a host or a controller, in the order of a rising cursor. Durable once its transaction is committed. */
export class Mailbox {
  readonly #waiting = new Map<string, Waiting>();
  #total = NONE;
  #last = 0;
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #after: StatementSync;
  readonly #trimHost: StatementSync;
  readonly #trimAll: StatementSync;
  readonly #trimNotices: StatementSync;
  readonly #trimStream: StatementSync;
  readonly #drop: StatementSync;
  readonly #copy: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insert = db.prepare(
      // a frame is text, and never made one here
      'INSERT INTO mail (dest, stream, seq, segment, bytes, stored_at, frame) VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT))',
    );
    this.#after = db.prepare(
      'SELECT cursor, CAST(frame AS BLOB) AS frame FROM mail WHERE dest = ? AND cursor > ? ORDER BY cursor',
    );
    const deleted = 'RETURNING dest, stream, bytes';
    this.#trimHost = db.prepare(
      `DELETE FROM mail WHERE dest = ? AND cursor <= ? AND NOT EXISTS
         (SELECT 1 FROM streams WHERE id = mail.stream AND state = 'open' AND spoken = 0) ${deleted}`,
    );
    this.#trimAll = db.prepare(`DELETE FROM mail WHERE dest = ? AND cursor <= ? ${deleted}`);
    this.#trimNotices = db.prepare(`DELETE FROM mail WHERE dest = ? AND cursor <= ? AND stream = ${NOTICE} ${deleted}`);
    this.#trimStream = db.prepare(
      `DELETE FROM mail WHERE stream = ? AND dest = ? AND (seq, segment) <= (?, ?) ${deleted}`,
    );
    this.#drop = db.prepare(`DELETE FROM mail WHERE stream = ? AND dest = ? ${deleted}`);
    this.#copy = db.prepare(
      `INSERT INTO mail (dest, stream, seq, segment, bytes, stored_at, frame)
         SELECT ?, stream, seq, segment, bytes, stored_at, frame FROM mail WHERE stream = ? AND dest = ? ORDER BY cursor`,
    );
    this.reload();
  }

  /** Gives its cursor. */
  put({ dest, stream, position, frame }: Mail, now: number): number {
    const { lastInsertRowid } = this.#insert.run(
      dest,
      stream,
      position.seq,
      position.segment,
      frame.length,
      now,
      frame,
    );
    this.#count(dest, stream, 1, frame.length);
    this.#last = Number(lastInsertRowid);
    return this.#last;
  }

  /** What comes after that cursor. Nothing may be written while it is read. */
  *after(dest: string, cursor: number): Generator<{ cursor: number; frame: Uint8Array }> {
    for (const row of this.#after.iterate(dest, cursor)) {
      yield { cursor: integer(row, 'cursor'), frame: blob(row, 'frame') };
    }
  }

  /** The last cursor that was ever given out. */
  get last(): number {
    return this.#last;
  }

  /** A host has everything up to the cursor. What a host has not answered yet is kept: it would need it again after a restart. */
  trimHost(serverId: string, cursor: number): void {
    this.#uncount(this.#trimHost.all(serverId, cursor));
  }

  /** A controller has everything up to the cursor. */
  trimController(dest: string, cursor: number): void {
    this.#uncount(this.#trimAll.all(dest, cursor));
  }

  /** A controller that acks end to end has at least the notices, which no ack names. */
  trimNotices(dest: string, cursor: number): void {
    this.#uncount(this.#trimNotices.all(dest, cursor));
  }

  /** A controller has taken everything of that stream up to the position. */
  trimStream(stream: number, dest: string, upTo: Position): void {
    this.#uncount(this.#trimStream.all(stream, dest, upTo.seq, upTo.segment));
  }

  drop(stream: number, dest: string): void {
    this.#uncount(this.#drop.all(stream, dest));
  }

  /** A stream's mail goes on to another destination, behind all that is there, in its order. */
  move(stream: number, from: string, to: string): void {
    const { frames, bytes } = this.waiting(from, stream);
    const { changes, lastInsertRowid } = this.#copy.run(to, stream, from);
    if (changes > 0) this.#last = Number(lastInsertRowid);
    this.drop(stream, from);
    this.#count(to, stream, frames, bytes);
  }

  /** All mail of a host, or of all sessions of a client. */
  dropAll(owner: string): void {
    // '0' comes after '/'
    const rows = this.#db
      .prepare('DELETE FROM mail WHERE dest = ? OR (dest > ? AND dest < ?) RETURNING dest, stream, bytes')
      .all(owner, `${owner}/`, `${owner}0`);
    this.#uncount(rows);
  }

  dropNotices(olderThan: number): void {
    this.#uncount(
      this.#db
        .prepare(`DELETE FROM mail WHERE stream = ${NOTICE} AND stored_at < ? RETURNING dest, stream, bytes`)
        .all(olderThan),
    );
  }

  /** Streams with mail that has waited since before `moment`. */
  staleStreams(moment: number): number[] {
    return this.#db
      .prepare(`SELECT DISTINCT stream FROM mail WHERE stored_at < ? AND stream <> ${NOTICE}`)
      .all(moment)
      .map((row) => integer(row, 'stream'));
  }

  /** Of one stream for one destination. */
  waiting(dest: string, stream: number): Waiting {
    return this.#waiting.get(`${dest} ${stream}`) ?? NONE;
  }

  /** All of it. */
  get total(): Waiting {
    return this.#total;
  }

  /** For a host, or for all sessions of a client together. */
  waitingFor(owner: string): Waiting {
    return this.#waiting.get(owner) ?? NONE;
  }

  /** Counts anew, after a transaction was taken back. */
  reload(): void {
    const given = this.#db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'mail'").get();
    this.#last = given === undefined ? 0 : integer(given, 'seq');
    this.#waiting.clear();
    this.#total = NONE;
    const rows = this.#db
      .prepare('SELECT dest, stream, count(*) AS frames, sum(bytes) AS bytes FROM mail GROUP BY dest, stream')
      .all();
    for (const row of rows)
      this.#count(text(row, 'dest'), integer(row, 'stream'), integer(row, 'frames'), integer(row, 'bytes'));
  }

  #uncount(rows: readonly Row[]): void {
    for (const row of rows) this.#count(text(row, 'dest'), integer(row, 'stream'), -1, -integer(row, 'bytes'));
  }

  #count(dest: string, stream: number, frames: number, bytes: number): void {
    this.#total = { frames: this.#total.frames + frames, bytes: this.#total.bytes + bytes };
    for (const key of [ownerOf(dest), `${dest} ${stream}`]) {
      const before = this.#waiting.get(key) ?? NONE;
      const after = { frames: before.frames + frames, bytes: before.bytes + bytes };
      if (after.frames <= 0) this.#waiting.delete(key);
      else this.#waiting.set(key, after);
    }
  }
}
