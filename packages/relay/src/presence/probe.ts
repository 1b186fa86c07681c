import { encodeEnvelope, type FromHost } from '@holdfast/wire';
import { type Clock, wholeMs } from '../clock.ts';
import type { Member } from '../rounds.ts';

/** How often a host is asked whether it is there. */
export const PROBE_EVERY_MS = 20_000;
/** How long it may leave that unanswered, and say nothing else, before it is held to be away. */
export const PROBE_ANSWER_MS = 10_000;

/** A stream of the relay's own (docs/protocol.md §8): no client_id that a relay mints looks like it, and it is always the same, so that it adds nothing to what a host remembers. */
const STREAM = { client_id: 'holdfast-relay', stream_id: 'presence' } as const;

/** Without a seq_id, so that a host takes it whatever came before. */
export const PROBE = encodeEnvelope({ type: 'ping', ...STREAM });

/** The ack of a host's answer to a probe; null for every other envelope. */
export function probeAck({
  type,
  client_id,
  stream_id,
  seq_id,
}: Pick<FromHost, 'type' | 'client_id' | 'stream_id' | 'seq_id'>): string | null {
  if (type !== 'pong' || client_id !== STREAM.client_id || stream_id !== STREAM.stream_id) return null;
  return encodeEnvelope({ type: 'ack', ...STREAM, seq_id });
}

export type ProbeState = 'fresh' | 'answering' | 'overdue';

/** How a host is asked. */
export interface Askable {
  /** Sends a `PROBE`. */
  ask(): void;
}

/** Asks a host by one of its links, and is what that link has shown of it. Moments are the clock's monotonic ones. */
export class Probe implements Member {
  readonly #clock: Clock;
  readonly #link: Askable;
  readonly linkedAt: number;
  /** Of the rounds. */
  part = 0;
  /** The oldest probe without an answer. */
  #askedAt: number | null = null;
  #answeredAt: number | null = null;
  #heardAt: number;

  constructor(clock: Clock, link: Askable) {
    this.#clock = clock;
    this.#link = link;
    this.linkedAt = wholeMs(clock);
    this.#heardAt = this.linkedAt;
  }

  get answeredAt(): number | null {
    return this.#answeredAt;
  }

  /** Since when it says nothing, if it is overdue. */
  get silentSince(): number {
    return Math.max(this.#answeredAt ?? this.linkedAt, this.#heardAt);
  }

  /** `fresh`: it has answered nothing yet, and still has time to. */
  get state(): ProbeState {
    const since = this.#askedAt === null ? null : Math.max(this.#askedAt, this.#heardAt);
    if (since !== null && wholeMs(this.#clock) - since >= PROBE_ANSWER_MS) return 'overdue';
    return this.#answeredAt === null ? 'fresh' : 'answering';
  }

  /** Asks. */
  onTurn(): void {
    this.#askedAt ??= wholeMs(this.#clock);
    this.#link.ask();
  }

  /** Whatever it says, it says itself: an answer may be behind a hundred megabytes of something else. */
  heard(): void {
    this.#heardAt = wholeMs(this.#clock);
  }

  /** True for the first answer on this link. */
  answered(): boolean {
    const isFirst = this.#answeredAt === null;
    this.#askedAt = null;
    this.#answeredAt = wholeMs(this.#clock);
    return isFirst;
  }
}
