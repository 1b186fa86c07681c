import { Event, EventQueue } from './event-queue.ts';

export interface RunOptions {
  /** Stops between two events. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the simulated moment. */
  readonly onProgress?: ((now: number) => void) | undefined;
}

/** How many events pass between two looks at the real world: a signal, a screen. */
const EVENTS_A_LOOK = 2_048;

/**
 * Virtual time. Events happen one after another at their moments; what one sets off in promises is over before the next begins, so that
 * code written with `await` runs here as it is and always in the same order. Times are in milliseconds.
 */
export class Simulation {
  readonly #queue = new EventQueue();
  #now: number;
  #events = 0;

  /** @param start the first moment; may be before zero */
  constructor(start = 0) {
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events;
  }

  /** Has an event of its own kind happen. */
  schedule(ms: number, event: Event): void {
    this.#queue.add(this.#now + ms, event);
  }

  at(moment: number, fire: () => void): Event {
    const event = new Callback(fire);
    this.#queue.add(Math.max(moment, this.#now), event);
    return event;
  }

  after(ms: number, fire: () => void): Event {
    return this.at(this.#now + ms, fire);
  }

  cancel(event: Event): void {
    this.#queue.cancel(event);
  }

  /** Lets everything happen that comes no later than `until`. @returns whether it got there; false when the signal aborted */
  async run(until: number, { signal, onProgress }: RunOptions = {}): Promise<boolean> {
    for (let event = this.#queue.next(until); event !== null; event = this.#queue.next(until)) {
      this.#now = this.#queue.moment;
      this.#events += 1;
      event.happen();
      await settled();
      if (this.#events % EVENTS_A_LOOK === 0) {
        await new Promise((resolve) => setImmediate(resolve));
        if (signal?.aborted === true) return false;
        onProgress?.(this.#now);
      }
    }
    this.#now = until;
    return true;
  }
}

class Callback extends Event {
  readonly #fire: () => void;

  constructor(fire: () => void) {
    super();
    this.#fire = fire;
  }

  override happen(): void {
    this.#fire();
  }
}

/** Resolves when no promise has anything left to do: Node takes up the ticks only when the microtasks have run out. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
