import { Outbox } from './outbox.ts';
import { streamKey } from './stream-key.ts';

/** Outboxes of streams that are not open; beyond it go the oldest, those first that have nothing left to be acked. */
const MAX_ENDED = 256;

/** The outboxes of all streams. They take turns; those of ended streams are kept, so that their numbers go on and their last words arrive. */
export class Outboxes {
  readonly #outboxes = new Map<string, Outbox>();
  readonly #isOpen: (key: string) => boolean;
  /** The one whose message has begun to go out in segments. */
  #underWay: Outbox | null = null;

  constructor(isOpen: (key: string) => boolean) {
    this.#isOpen = isOpen;
  }

  /** The stream's outbox, made when there is none. */
  of(clientId: string, streamId: string): Outbox {
    const key = streamKey(clientId, streamId);
    const known = this.#outboxes.get(key);
    if (known !== undefined) return known;
    this.#forgetOldest();
    const outbox = new Outbox(clientId, streamId);
    this.#outboxes.set(key, outbox);
    return outbox;
  }

  ack(key: string, acked: { seq_id: number; segment_id?: number }): void {
    this.#outboxes.get(key)?.ack(acked);
  }

  /**
   * The next frame to send; null when all have gone out. Streams take turns message by message: a receiver may put together only one
   * segmented message of a client at a time.
   */
  next(): string | null {
    const frame = this.#underWay?.next() ?? null;
    if (frame !== null) return this.#went(frame, this.#underWay);
    for (const [key, outbox] of this.#outboxes) {
      const first = outbox.next();
      if (first === null) continue;
      this.#outboxes.delete(key); // to the end of the line
      this.#outboxes.set(key, outbox);
      return this.#went(first, outbox);
    }
    return null;
  }

  /** A new link is there: all that is unacked goes out again. */
  rewind(): void {
    this.#underWay = null;
    for (const outbox of this.#outboxes.values()) outbox.rewind();
  }

  clear(): void {
    this.#underWay = null;
    this.#outboxes.clear();
  }

  #went(frame: { text: string; completes: boolean }, outbox: Outbox | null): string {
    this.#underWay = frame.completes ? null : outbox;
    return frame.text;
  }

  #forgetOldest(): void {
    const ended = [...this.#outboxes].filter(([key]) => !this.#isOpen(key));
    if (ended.length < MAX_ENDED) return;
    const [key, outbox] = ended.find(([, { unacked }]) => unacked === 0) ?? ended[0] ?? [];
    if (key !== undefined) this.#outboxes.delete(key);
    if (outbox === this.#underWay) this.#underWay = null;
  }
}
