/** What a controller asks of the agent: the `n`th message of its stream, and the characters of each message to be said in return. */
export interface Work {
  readonly stream: string;
  readonly n: number;
  readonly replies: readonly number[];
  /** The agent thinks for so long before it says them. */
  readonly afterMs?: number;
}

/** What an agent says: its `m`th message, when `n` was the last that it had heard. */
export interface Said {
  readonly stream: string;
  readonly m: number;
  readonly n: number;
}

/** One life of the agent behind a stream. A host that is restarted, or an `initialize` that replaces another, begins a new one. */
export interface AgentLife {
  readonly stream: string;
  /** The host's process, such as `host-1#2`. */
  readonly host: string;
  /** The `n` of each message, in the order heard. */
  readonly heard: number[];
  /** Messages said. */
  said: number;
  /** Their characters. */
  saidChars: number;
}

/** How a stream ended, as far as its controller knows. */
export type Ending =
  | 'open'
  /** By its controller, which said goodbye and knows that the relay has all of it. */
  | 'closed'
  /** By its controller, which said goodbye and vanished, or vanished without a word. */
  | 'abandoned'
  /** The controller was told that the stream is no more. */
  | 'gone';

/** One stream, as its controller keeps book of it. */
export interface StreamRecord {
  readonly stream: string;
  /** Of which host, without the number of its process: `host-1`. */
  readonly host: string;
  readonly openedAt: number;
  /** The last `n` sent; they are sent from 1 on, without a gap. */
  sent: number;
  sentChars: number;
  /** What came, in the order taken. */
  readonly took: { readonly m: number; readonly n: number }[];
  tookChars: number;
  ending: Ending;
  endedAt: number | null;
  /** The last message wants an answer, and nothing follows it: once that is there, all of the stream is. */
  finishing: boolean;
  /** What its controller got that no agent said. */
  readonly strange: string[];
}

/** Something that was done to the system, and to whom: `relay`, `host-1`, `sdk-2`. */
export interface Deed {
  readonly at: number;
  readonly what: string;
  readonly to: string;
}

/** Deeds remembered for the story of a failure. Those that excuse something are kept for good. */
const MAX_STORY = 5_000;

/** Keeps book outside the system under test: who sent what, who took what, and what was done to them. Times are milliseconds since the start. */
export class Ledger {
  readonly records: StreamRecord[] = [];
  readonly lives: AgentLife[] = [];
  /** Restarts of hosts: they alone excuse a stream that is gone, but for an overflow. */
  readonly restarts: Deed[] = [];
  readonly counts = new Map<string, number>();
  readonly #story: string[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  open(stream: string, host: string): StreamRecord {
    const record: StreamRecord = {
      stream,
      host,
      openedAt: this.#now(),
      sent: 0,
      sentChars: 0,
      took: [],
      tookChars: 0,
      ending: 'open',
      endedAt: null,
      finishing: false,
      strange: [],
    };
    this.records.push(record);
    this.tell(stream, `opened on ${host}`);
    this.count('streams opened');
    return record;
  }

  sent(record: StreamRecord, { n }: Work, chars: number): void {
    record.sent = n;
    record.sentChars += chars;
    this.count('messages sent by controllers');
    this.tell(record.stream, `sent n ${n} (${chars} characters)`);
  }

  took(record: StreamRecord, { m, n }: Said, chars: number): void {
    record.took.push({ m, n });
    record.tookChars += chars;
    this.count('messages taken by controllers');
    this.tell(record.stream, `took m ${m}, which knows n ${n} (${chars} characters)`);
  }

  strange(record: StreamRecord, what: string): void {
    record.strange.push(what);
    this.tell(record.stream, `got what nobody said: ${what}`);
  }

  end(record: StreamRecord, ending: Exclude<Ending, 'open'>): void {
    if (record.ending !== 'open') return;
    record.ending = ending;
    record.endedAt = this.#now();
    this.count(`streams ${ending}`);
    this.tell(record.stream, `ended: ${ending}`);
  }

  restarted(host: string): void {
    this.restarts.push({ at: this.#now(), what: 'killed and started anew', to: host });
  }

  /** @param to whom it was done, or whom it concerns */
  tell(to: string, what: string): void {
    this.#story.push(`${(this.#now() / 1000).toFixed(3).padStart(9)}  ${to}: ${what}`);
    if (this.#story.length > 2 * MAX_STORY) this.#story.splice(0, MAX_STORY);
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** What happened last to a stream, and to all that it depends on. */
  story(concerns: (to: string) => boolean): string[] {
    return this.#story.filter((line) => concerns(line.slice(11).split(': ', 1)[0] ?? ''));
  }
}
