import type { Event } from '../engine/event-queue.ts';
import { exponential } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';

/** How long a host waits for the answer to a ping when it doubts its link, and when it does not, in ms. */
const DOUBT_MS = 5_000;
const HEARTBEAT_MS = 60_000;

/** An open link. It breaks off at a random moment, or when somebody cuts it. */
export class SimulatedLink {
  readonly #simulation: Simulation;
  readonly #onEnd: (why: string) => void;
  #ending: Event | null = null;
  #isDead = false;
  #isOver = false;

  /** @param lifeMs how long it holds on average; 0: for ever */
  constructor(simulation: Simulation, lifeMs: number, random: () => number, onEnd: (why: string) => void) {
    this.#simulation = simulation;
    this.#onEnd = onEnd;
    if (lifeMs > 0) this.#endIn(exponential(lifeMs, random), 'the connection broke off');
  }

  /** Ends it now, at both ends. */
  end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#ending !== null) this.#simulation.cancel(this.#ending);
    this.#onEnd(why);
  }

  /** The other end has gone without a word. The host notices when a heartbeat is not answered. */
  die(): void {
    this.#isDead = true;
    this.#endIn(HEARTBEAT_MS, 'no pong for 60 s');
  }

  /** The host asks for a pong at once. */
  doubt(): void {
    if (this.#isDead) this.#endIn(DOUBT_MS, 'no pong for 5 s');
  }

  #endIn(ms: number, why: string): void {
    if (this.#isOver) return;
    if (this.#ending !== null) this.#simulation.cancel(this.#ending);
    this.#ending = this.#simulation.after(ms, () => this.end(why));
  }
}
