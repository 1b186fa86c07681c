import { encodeEnvelope, type FromHost } from '@holdfast/wire';
import type { Clock } from '../clock.ts';

/** How often a host is asked whether it is there. */
export const PROBE_EVERY_MS = 20_000;
/** How long it may leave that unanswered, and say nothing else, before it is held to be away. */
export const PROBE_ANSWER_MS = 10_000;

/** A stream of the relay's own (docs/protocol.md §8): no client_id that a relay mints looks like it, and it is always the same, so that it adds nothing to what a host remembers. */
const STREAM = { client_id: 'holdfast-relay', stream_id: 'presence' } as const;

/** Without a seq_id, so that a host takes it whatever came before. */
export const PROBE_FRAME = encodeEnvelope({ type: 'ping', ...STREAM });

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

/** What one link of a host has shown of the host behind it. Moments are the clock's monotonic ones. */
export class Probe {
  readonly #clock: Clock;
  readonly linkedAt: number;
  /** The oldest probe without an answer. */
  #askedAt: number | null = null;
  #answeredAt: number | null = null;
  #heardAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.linkedAt = clock.monotonic();
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
    if (since !== null && this.#clock.monotonic() - since >= PROBE_ANSWER_MS) return 'overdue';
    return this.#answeredAt === null ? 'fresh' : 'answering';
  }

  asked(): void {
    this.#askedAt ??= this.#clock.monotonic();
  }

  /** Whatever it says, it says itself: an answer may be behind a hundred megabytes of something else. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /** True for the first answer on this link. */
  answered(): boolean {
    const isFirst = this.#answeredAt === null;
    this.#askedAt = null;
    this.#answeredAt = this.#clock.monotonic();
    return isFirst;
  }
}
