import { setTimeout as sleep } from 'node:timers/promises';

/** What the bytes of a proxy meet on their way; it may change while they travel. */
export class Weather {
  /** Delay of every byte, in milliseconds. */
  latencyMs = 0;
  /** How many bytes a second each direction of each connection carries; undefined: as many as come. */
  bytesPerSecond: number | undefined;
  #calm: PromiseWithResolvers<void> | undefined;
  readonly #over = new AbortController();

  get stalled(): boolean {
    return this.#calm !== undefined;
  }

  stall(): void {
    this.#calm ??= Promise.withResolvers<void>();
  }

  resume(): void {
    this.#calm?.resolve();
    this.#calm = undefined;
  }

  /** Ends every wait, for good. */
  end(): void {
    this.#over.abort();
    this.resume();
  }

  async untilMoving(): Promise<void> {
    while (this.#calm !== undefined) await this.#calm.promise;
  }

  async wait(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#over.signal }).catch(() => {});
  }
}
