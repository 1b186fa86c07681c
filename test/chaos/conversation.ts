import type { Seeded } from '@holdfast/testkit';
import { readSaid, workMessage } from './counting-agent.ts';
import type { Ledger, StreamRecord, Work } from './ledger.ts';
import type { Talk, Talker } from './talk.ts';

/** Messages that may be on their way or waiting for an answer; more are sent when some are answered. */
const MAX_OPEN = 40;
/** Characters of a message that is sent in segments. */
const LARGE = { least: 160_000, most: 450_000 } as const;
/** How often a message is large, on most streams and on the heavy ones. */
const OFTEN = { light: 0.02, heavy: 0.4 } as const;
const HEAVY = 0.25;
const FLOOD = { messages: 14, chars: 300_000, afterMs: 600 } as const;

/** What one controller says on one stream, and the book that it keeps of it. */
export class Conversation {
  readonly record: StreamRecord;
  readonly #ledger: Ledger;
  readonly #random: Seeded;
  readonly #talk: Talk;
  readonly #often: number;
  /** Settles when all is said and answered, or the stream is over. */
  readonly #over = Promise.withResolvers<void>();

  constructor(talker: Talker, host: string, name: string, { ledger, random }: { ledger: Ledger; random: Seeded }) {
    this.#ledger = ledger;
    this.#random = random;
    this.#often = random.chance(HEAVY) ? OFTEN.heavy : OFTEN.light;
    this.record = ledger.open(name, host);
    this.#talk = talker.open(host, {
      onMessage: (message) => this.#take(message),
      onGone: () => this.#end('gone'),
      onBroken: (why) => ledger.strange(this.record, why),
    });
    this.#send([20], 0);
  }

  get isOpen(): boolean {
    return this.record.ending === 'open';
  }

  /** All that was owed is there. */
  get isComplete(): boolean {
    const { finishing, sent, took, ending } = this.record;
    return ending !== 'open' || (finishing && took.at(-1)?.n === sent);
  }

  speak(): void {
    const { sent, took, finishing } = this.record;
    if (!this.isOpen || finishing || sent - (took.at(-1)?.n ?? 0) >= MAX_OPEN) return;
    const replies = Array.from({ length: this.#random.between(0, 3) }, () => this.#size());
    this.#send(replies, this.#size());
  }

  /** Asks for more than the relay keeps for a controller that is away. */
  flood(): void {
    if (!this.isOpen || this.record.finishing) return;
    this.#ledger.count('floods');
    const replies = Array.from({ length: FLOOD.messages }, () => FLOOD.chars);
    this.#send(replies, 0, FLOOD.afterMs);
  }

  /** The last word, which is answered when everything before it was heard. */
  finish(): void {
    if (!this.isOpen || this.record.finishing) return;
    this.record.finishing = this.#send([10], 0);
  }

  /** Says the last word, waits for its answer, and says goodbye. */
  async close(): Promise<void> {
    this.finish();
    await this.#over.promise;
    if (!this.isOpen) return;
    this.#end('closed');
    await this.#talk.close();
  }

  /** Says goodbye in the middle of it all. */
  leave(): void {
    this.#end('abandoned');
    void this.#talk.close();
  }

  /** For one whose controller has vanished. */
  forget(): void {
    this.#end('abandoned');
  }

  #send(replies: readonly number[], pad: number, afterMs = 0): boolean {
    const work: Work = { stream: this.record.stream, n: this.record.sent + 1, replies, afterMs };
    const text = workMessage(work, pad);
    if (!this.#talk.send(text)) return false;
    this.#ledger.sent(this.record, work, text.length);
    return true;
  }

  #take(message: string): void {
    if (!this.isOpen) return;
    const said = readSaid(message);
    if (said === null) {
      this.#ledger.tell(this.record.stream, `got a word of the host itself: ${message.slice(0, 200)}`);
      return;
    }
    if (said.stream !== this.record.stream) this.#ledger.strange(this.record, `a message of ${said.stream}`);
    else this.#ledger.took(this.record, said, message.length);
    if (this.isComplete) this.#over.resolve();
  }

  #end(ending: 'closed' | 'abandoned' | 'gone'): void {
    this.#ledger.end(this.record, ending);
    this.#over.resolve();
  }

  #size(): number {
    const large = this.#random.chance(this.#often);
    return large ? this.#random.between(LARGE.least, LARGE.most) : this.#random.between(0, 600);
  }
}
