import type { Clock } from '../clock.ts';

/** Of each turn of the event loop, for newcomers: while it is on time, and while it is late. In milliseconds. */
const SLICE_MS = 10;
const LATE_SLICE_MS = 1;

type Work = (atOnce: boolean) => void;

export interface TurnstileOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** How late the event loop is, in milliseconds. */
  readonly delayMs: () => number;
  readonly targetDelayMs: number;
  /** Calls back when the event loop has done what else there was. */
  readonly afterOthers?: (resume: () => void) => void;
}

/**
 * Serves newcomers one after the other, in the order of their coming, and no more of them in one turn of the event loop than fit into
 * a slice of it: those who are in already do not notice the crowd. At least one is served in each turn.
 */
export class Turnstile {
  readonly #options: TurnstileOptions;
  readonly #afterOthers: (resume: () => void) => void;
  #waiting: Work[] = [];
  #usedMs = 0;
  #resumes = false;

  constructor(options: TurnstileOptions) {
    this.#options = options;
    this.#afterOthers = options.afterOthers ?? ((resume) => void setImmediate(resume));
  }

  /**
   * Does that when its turn has come.
   *
   * @param work throws nothing, and is told whether its turn was at once: then nothing can have changed since `pass` was called
   */
  pass(work: Work): void {
    if (this.#waiting.length > 0 || this.#isUsedUp()) this.#waiting.push(work);
    else this.#do(work, true);
    this.#resumeLater();
  }

  #do(work: Work, atOnce: boolean): void {
    const from = this.#options.clock.monotonic();
    work(atOnce);
    this.#usedMs += this.#options.clock.monotonic() - from;
  }

  #resumeLater(): void {
    if (this.#resumes) return;
    this.#resumes = true;
    this.#afterOthers(() => this.#resume());
  }

  #resume(): void {
    this.#resumes = false;
    this.#usedMs = 0;
    const sliceMs = this.#sliceMs();
    const waiting = this.#waiting;
    let served = 0;
    while (served < waiting.length && (served === 0 || this.#usedMs < sliceMs)) {
      const work = waiting[served];
      served += 1;
      if (work !== undefined) this.#do(work, false);
    }
    this.#waiting = waiting.slice(served);
    if (served > 0) this.#resumeLater();
  }

  /** How late the loop is does not matter to the first of a turn. */
  #isUsedUp(): boolean {
    return this.#usedMs >= LATE_SLICE_MS && this.#usedMs >= this.#sliceMs();
  }

  #sliceMs(): number {
    const { delayMs, targetDelayMs } = this.#options;
    return delayMs() > targetDelayMs ? LATE_SLICE_MS : SLICE_MS;
  }
}
