/**
 * Cursors on the wire: `epoch-number`. Numbers begin anew in a new database, so its epoch, random and its own, tells a cursor of
 * another one apart.
 */
export class Cursors {
  readonly #epoch: string;

  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  format(cursor: number): string {
    return `${this.#epoch}-${cursor}`;
  }

  /** Null for no cursor, a foreign one, and one after the `last` that was given out: its bearer then knows nothing of this mailbox. */
  parse(text: string | undefined, last: number): number | null {
    const prefix = `${this.#epoch}-`;
    if (text === undefined || !text.startsWith(prefix)) return null;
    const digits = text.slice(prefix.length);
    const cursor = /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
    return Number.isSafeInteger(cursor) && cursor <= last ? cursor : null;
  }
}
