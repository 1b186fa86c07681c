import type { Frame, Peer } from './peer.ts';

/**
 * One side of a stream as a good peer plays it: keeps what is not acked, sends it again on the next link, takes each frame once. Any
 * gap, repetition or disorder after that is the relay's.
 */
export class ReliableSide {
  readonly received: number[] = [];
  readonly #total: number;
  readonly #make: (seq: number) => object;
  readonly #takes: (frame: Frame) => boolean;
  readonly #ackBack: ((seq: number) => object) | undefined;
  readonly #ackEvery: number;
  #acked = 0;
  #taken = 0;
  #next = 1;
  #link: Peer | undefined;
  /** What could not be in a relay that keeps its promises. */
  readonly faults: string[] = [];

  constructor(options: {
    total: number;
    make: (seq: number) => object;
    takes: (frame: Frame) => boolean;
    ackBack?: (seq: number) => object;
    /** It acks every so many, and the last. Default 1. */
    ackEvery?: number;
  }) {
    this.#total = options.total;
    this.#make = options.make;
    this.#takes = options.takes;
    this.#ackBack = options.ackBack;
    this.#ackEvery = options.ackEvery ?? 1;
  }

  get done(): boolean {
    return this.#acked === this.#total && this.#taken === this.#total;
  }

  get state(): string {
    return `acked ${this.#acked}, taken ${this.#taken} of ${this.#total}`;
  }

  on(link: Peer): void {
    this.#link = link;
    let seenHere = 0;
    link.each((frame) => {
      const seq = Number(frame['seq_id']);
      if (frame.type === 'ack') this.#acked = Math.max(this.#acked, seq);
      if (!this.#takes(frame)) return;
      if (seq <= seenHere) this.faults.push(`${seq} came after ${seenHere} on one link`);
      seenHere = seq;
      if (seq > this.#taken + 1) this.faults.push(`${seq} came when ${this.#taken} was the last`);
      if (seq === this.#taken + 1) {
        this.#taken = seq;
        this.received.push(seq);
      }
      const isDue = this.#taken % this.#ackEvery === 0 || this.#taken === this.#total;
      if (this.#ackBack !== undefined && isDue) this.send(this.#ackBack(this.#taken));
    });
    for (let seq = this.#acked + 1; seq < this.#next; seq += 1) this.send(this.#make(seq));
  }

  /** Sends the next few. */
  speak(count: number): void {
    for (let n = 0; n < count && this.#next <= this.#total; n += 1) {
      this.send(this.#make(this.#next));
      this.#next += 1;
    }
  }

  send(frame: object): void {
    if (this.#link?.socket.readyState === 1) this.#link.send(frame);
  }
}
