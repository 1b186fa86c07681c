import type { Simulation } from '../engine/simulation.ts';
import type { Meter } from '../figures/meter.ts';
import type { AuthorityPlan } from '../scenario/schema.ts';
import type { Admission, Backlog } from './admission.ts';
import { type Answer, type Endpoint, expiryOf, makeToken, NO_ANSWER } from './answer.ts';
import type { Fault, Incidents } from './incidents.ts';
import { serverDate } from './server-date.ts';
import { WorkQueue } from './work-queue.ts';

/** One request, as it stands at the authority's door. */
export interface Call {
  readonly endpoint: Endpoint;
  readonly host: number;
  /** The server token it carries; null for a refresh, which carries the account's. */
  readonly token: string | null;
  readonly onAnswer: (answer: Answer) => void;
  /** Whoever asked has gone. */
  abandoned: boolean;
  /** When it was let in; set by the authority. */
  enteredAt: number;
}

export interface AuthorityOptions {
  readonly simulation: Simulation;
  readonly plan: AuthorityPlan;
  /** Requests a second that it can do. */
  readonly capacity: number;
  readonly tokenLifeMs: number;
  readonly incidents: Incidents;
  readonly admission: (backlog: Backlog) => Admission;
  readonly meter: Meter;
  readonly random: () => number;
}

/**
 * What a fleet asks: so many workers, a queue before them, a fault now and then. Before the simulation's zero it answers everything at
 * once and counts nothing, so that a fleet can be set up.
 */
export class Authority {
  readonly #options: AuthorityOptions;
  readonly #admission: Admission;
  readonly #queue = new WorkQueue<Call>();
  /** Work of those who have gone is done all the same. */
  readonly #isBlind: boolean;
  readonly #workers: number;
  readonly #serviceMs: number;
  #busy = 0;

  constructor(options: AuthorityOptions) {
    const { plan, capacity } = options;
    this.#options = options;
    this.#isBlind = plan.overload === 'collapse';
    // the relay does one thing at a time
    this.#workers = plan.overload === 'pressure' ? 1 : Math.max(1, Math.round((capacity * plan.service_ms) / 1000));
    // so that whole workers make up the capacity
    this.#serviceMs = (this.#workers * 1000) / capacity;
    const queue = this.#queue;
    const delayMs = 1000 / capacity;
    this.#admission = options.admission({
      get delayMs() {
        return queue.length * delayMs;
      },
    });
  }

  /** Takes a request; its answer comes through `onAnswer`, or never. */
  take(call: Call): void {
    const { simulation, incidents, meter } = this.#options;
    if (simulation.now < 0) {
      call.onAnswer(this.#answer(call));
      return;
    }
    meter.asked(call.endpoint, call.host);
    const fault = incidents.meet(call.endpoint, simulation.now);
    if (fault === null) this.#enqueue(call);
    else if (fault.fault === 'slow') simulation.after(fault.by * 1000, () => this.#enqueue(call));
    else if (fault.fault !== 'hang') call.onAnswer(this.#faulty(fault));
  }

  #faulty(fault: Exclude<Fault, { readonly fault: 'slow' }>): Answer {
    if (fault.fault === 'refused') return NO_ANSWER;
    if (fault.fault === 'malformed') return this.#said(200, null);
    const asked = 'retry_after' in fault ? (fault.retry_after ?? null) : null;
    return this.#said(Number(fault.fault), asked === 'end' ? serverDate(fault.to * 1000) : asked);
  }

  #enqueue(call: Call): void {
    const refusal = this.#admission.enter(call.endpoint, call.host);
    if (refusal !== null) {
      call.onAnswer(this.#said(503, refusal.retryAfter));
      return;
    }
    call.enteredAt = this.#options.simulation.now;
    if (this.#busy < this.#workers) this.#work(call);
    else this.#queue.push(call);
  }

  #work(call: Call): void {
    const { simulation, random, meter } = this.#options;
    this.#busy += 1;
    const serviceMs = this.#serviceMs * (0.5 + random());
    simulation.after(serviceMs, () => {
      this.#busy -= 1;
      this.#admission.leave(call.endpoint);
      meter.worked(serviceMs, call.abandoned);
      if (!call.abandoned) call.onAnswer(this.#answer(call));
      this.#next();
    });
  }

  /** Takes up what waits, until there is something to work on. */
  #next(): void {
    for (let call = this.#queue.shift(); call !== undefined; call = this.#queue.shift()) {
      if (this.#isWanted(call)) {
        this.#work(call);
        return;
      }
    }
  }

  #isWanted(call: Call): boolean {
    const { endpoint, host, abandoned, enteredAt } = call;
    if (abandoned && !this.#isBlind) {
      this.#admission.leave(endpoint);
      return false;
    }
    const refusal = this.#admission.begin(endpoint, host, this.#options.simulation.now - enteredAt);
    if (refusal !== null) call.onAnswer(this.#said(503, refusal.retryAfter));
    return refusal === null;
  }

  #answer({ endpoint, host, token }: Call): Answer {
    const { simulation, tokenLifeMs } = this.#options;
    const { now } = simulation;
    if (endpoint === 'refresh') return { ...this.#said(200, null), token: makeToken(host, now, tokenLifeMs) };
    if (token === null || expiryOf(token) <= now) return this.#said(401, null);
    return this.#said(endpoint === 'handshake' ? 101 : 200, null);
  }

  /** @param asked seconds, or a date */
  #said(status: number, asked: number | string | null): Answer {
    const retryAfter = asked === null ? null : String(asked);
    return { status, retryAfter, date: serverDate(this.#options.simulation.now), token: null };
  }
}
