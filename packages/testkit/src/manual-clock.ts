interface PendingTimer {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock that moves only when a test moves it. Milliseconds throughout. */
export class ManualClock {
  #wall: number;
  #monotonic = 1_000;
  /** In the order in which they were set, which decides between timers due at the same moment. */
  readonly #timers = new Set<PendingTimer>();

  /** @param wall where the wall clock begins; by default a moment in 2030 */
  constructor(wall: number = Date.UTC(2030, 0, 1)) {
    this.#wall = wall;
  }

  // Functions rather than methods, so that they can be handed on alone: `now: clock.wall`.
  readonly wall = (): number => this.#wall;
  readonly monotonic = (): number => this.#monotonic;

  readonly setTimer = (ms: number, fire: () => void): { cancel(): void } => {
    const timer = { at: this.#monotonic + ms, fire };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  };

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** In how many milliseconds the next timer is due; null if none is set. */
  get nextTimer(): number | null {
    const next = this.#next();
    return next === undefined ? null : Math.max(0, next.at - this.#monotonic);
  }

  /**
   * Moves both clocks on by `ms`. Every timer due on the way fires at its own moment, and what it set off in microtasks
   * is done before the clock moves on.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#timers.delete(next);
      this.#moveTo(Math.max(next.at, this.#monotonic));
      next.fire();
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  /** Moves both clocks with no timer firing: a process that was busy, or stopped. */
  block(ms: number): void {
    this.#moveTo(this.#monotonic + ms);
  }

  /** Somebody sets the wall clock: by `ms`, in either direction. Nothing else moves. */
  setWallBy(ms: number): void {
    this.#wall += ms;
  }

  /** The machine sleeps: the wall clock goes on, the monotonic one and its timers stand still. */
  sleep(ms: number): void {
    this.#wall += ms;
  }

  #next(): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    return next;
  }

  #moveTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}

/** Lets everything that is already under way in microtasks, and what that starts, come to rest. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
