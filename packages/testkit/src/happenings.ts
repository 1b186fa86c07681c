/** How long a wait in a test may take before it fails, in milliseconds. */
export const DEFAULT_PATIENCE_MS = 30_000;

export interface UntilOptions {
  /** What is awaited, for the message of the failure. */
  readonly what?: string;
  /** Default: {@link DEFAULT_PATIENCE_MS}. It decides only how late a broken test fails, never whether a sound one passes. */
  readonly timeoutMs?: number;
}

/** Wakes the waiting whenever something happened, so that a test waits for a state and never for a time. */
export class Happenings {
  readonly #waiting = new Set<() => void>();
  readonly #describe: () => string;

  /** @param describe says what was seen so far; it is added to the error of a wait that ran out of time. */
  constructor(describe: () => string) {
    this.#describe = describe;
  }

  notify(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** Settles with the first value of `probe` that is neither undefined, null nor false; asks again after every `notify`. */
  until<T>(probe: () => T | undefined | null | false, options: UntilOptions = {}): Promise<T> {
    const { what = 'the expected state', timeoutMs = DEFAULT_PATIENCE_MS } = options;
    return new Promise<T>((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const check = () => {
        try {
          const value = probe();
          if (value === undefined || value === null || value === false) return;
          stop();
          resolve(value);
        } catch (error) {
          stop();
          reject(error);
        }
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`Waited ${timeoutMs} ms for ${what}, in vain. Seen so far: ${this.#describe()}`));
      }, timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }
}
