import type { Stream } from './stream.ts';

/** What a stream is once it is over: an agent that has yet to go. */
export type EndingStream = Pick<Stream, 'close' | 'kill' | 'ended'>;

/** Streams that are over while their agents have yet to go. Each ends within its grace; those beyond `most`, the oldest first, at once. */
export class EndingStreams {
  readonly #most: number;
  readonly #streams = new Set<EndingStream>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Closes the stream, if its agent is still there. */
  add(stream: EndingStream): void {
    stream.close();
    this.#streams.add(stream);
    void stream.ended.then(() => this.#streams.delete(stream));
    const tooMany = Math.max(0, this.#streams.size - this.#most);
    for (const oldest of [...this.#streams].slice(0, tooMany)) oldest.kill();
  }

  /** Settles when all that are there now are gone. */
  async settled(): Promise<void> {
    await Promise.all([...this.#streams].map((stream) => stream.ended));
  }
}
