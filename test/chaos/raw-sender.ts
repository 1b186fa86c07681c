import type { Seeded } from '@holdfast/testkit';
import { isAfter, limits, type Position, type RawMessage, type Segment, splitMessage } from '@holdfast/wire';

/** Frames remembered after their ack, to be sent once more. */
const MAX_RECENT = 16;
const MISCHIEF = 0.08;

interface Sent {
  readonly position: Position;
  readonly text: string;
}

export type Content = { readonly message: RawMessage } | Segment;

/** What a raw peer sends on one stream: numbered, kept until acked, and now and then sent once more, in any order. */
export class RawSender {
  readonly #random: Seeded;
  readonly #encode: (seq: number, content: Content | null) => string;
  readonly #transmit: (frame: string) => void;
  readonly #onMischief: () => void;
  #unacked: Sent[] = [];
  #recent: Sent[] = [];
  #seq = 0;

  constructor(options: {
    random: Seeded;
    /** A frame; without content, one that has none, such as a ping. */
    encode: (seq: number, content: Content | null) => string;
    transmit: (frame: string) => void;
    onMischief: () => void;
  }) {
    this.#random = options.random;
    this.#encode = options.encode;
    this.#transmit = options.transmit;
    this.#onMischief = options.onMischief;
  }

  get unacked(): number {
    return this.#unacked.length;
  }

  message(message: RawMessage): void {
    const seq = this.#seq + 1;
    const whole = this.#encode(seq, { message });
    if (Buffer.byteLength(whole) <= limits.envelopeBytes) this.#send(seq, 0, whole);
    else for (const segment of splitMessage(message)) this.#send(seq, segment.segment_id, this.#encode(seq, segment));
  }

  signal(): void {
    this.#send(this.#seq + 1, 0, this.#encode(this.#seq + 1, null));
  }

  ack(upTo: Position): void {
    const left = this.#unacked.filter(({ position }) => isAfter(position, upTo));
    this.#recent = [...this.#recent, ...this.#unacked.slice(0, this.#unacked.length - left.length)].slice(-MAX_RECENT);
    this.#unacked = left;
  }

  /** On a new link. */
  resend(): void {
    for (const { text } of this.#unacked) this.#transmit(text);
  }

  #send(seq: number, segment: number, text: string): void {
    this.#seq = seq;
    this.#unacked.push({ position: { seq, segment }, text });
    this.#transmit(text);
    if (this.#random.chance(MISCHIEF)) this.#repeat();
  }

  /** Each of these was sent before, so whoever takes one of them takes it twice. */
  #repeat(): void {
    const sent = [...this.#recent, ...this.#unacked];
    for (let left = this.#random.between(1, 4); left > 0; left -= 1) this.#transmit(this.#random.pick(sent).text);
    this.#onMischief();
  }
}
