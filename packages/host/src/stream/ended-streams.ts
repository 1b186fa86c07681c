/** A stream that is over. */
export interface EndedStream {
  readonly clientId: string;
  readonly streamId: string;
  /** Both by the clock's monotonic time, in milliseconds. */
  readonly since: number;
  readonly endedAt: number;
  readonly why: string;
  /** The end of what its agent wrote to stderr. */
  readonly stderr: string;
}

/** How many are kept. */
export const MAX_ENDED_STREAMS = 16;

/** The streams that ended lately, for whoever wonders why. */
export class EndedStreams {
  #streams: readonly EndedStream[] = [];

  /** The newest first. */
  get all(): readonly EndedStream[] {
    return this.#streams;
  }

  add(stream: EndedStream): void {
    this.#streams = [stream, ...this.#streams.slice(0, MAX_ENDED_STREAMS - 1)];
  }
}
