import { type Answer, type Endpoint, isSuccess, NO_ANSWER, type Token } from '../authority/answer.ts';
import type { Call } from '../authority/authority.ts';
import { type MachineClock, ProcessClock } from '../engine/machine-clock.ts';
import type { Disk } from './disk.ts';
import { SimulatedLink } from './simulated-link.ts';
import type { World } from './world.ts';

export interface ProcessOptions {
  readonly world: World;
  readonly host: number;
  readonly machineClock: MachineClock;
  readonly random: () => number;
  readonly disk: Disk;
  readonly firstToken: Token | null;
}

/**
 * A host's process: what a policy runs on. When it is killed, nothing that it began goes on: its timers do not fire, and no answer
 * reaches it.
 */
export class HostProcess {
  readonly clock: ProcessClock;
  readonly random: () => number;
  readonly disk: Disk;
  /** What a fleet is set up with; null for a process that starts later. */
  readonly firstToken: Token | null;
  readonly host: number;
  readonly #world: World;
  readonly #linkLifeMs: number;
  readonly #calls = new Set<Call>();
  #link: SimulatedLink | null = null;
  #isAlive = true;

  constructor({ world, host, machineClock, random, disk, firstToken }: ProcessOptions) {
    this.#world = world;
    this.host = host;
    this.random = random;
    this.disk = disk;
    this.firstToken = firstToken;
    this.#linkLifeMs = world.scenario.fleet.link_life * 1000;
    this.clock = new ProcessClock(machineClock);
  }

  /** The link that is open, if one is. */
  get link(): SimulatedLink | null {
    return this.#link;
  }

  /**
   * One request. Never rejects; resolves to `NO_ANSWER` when the signal aborts, and never when the authority does not answer and nobody
   * gives up.
   *
   * @param token the text of a server token, for what needs one
   */
  ask(endpoint: Endpoint, token: string | null, signal: AbortSignal): Promise<Answer> {
    const { simulation, authority, meter, scenario } = this.#world;
    const oneWayMs = scenario.authority.round_trip_ms / 2;
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        if (!this.#isAlive || !this.#calls.delete(call)) return;
        signal.removeEventListener('abort', onAbort);
        meter.answered(endpoint, this.host, isSuccess(endpoint, answer));
        resolve(answer);
      };
      const call: Call = {
        endpoint,
        host: this.host,
        token,
        abandoned: false,
        enteredAt: 0,
        onAnswer: (answer) => void simulation.after(oneWayMs, () => settle(answer)),
      };
      const onAbort = (): void => {
        call.abandoned = true;
        settle(NO_ANSWER);
      };
      this.#calls.add(call);
      simulation.after(oneWayMs, () => authority.take(call));
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort);
    });
  }

  /** Holds the link that a handshake has just opened. @param onClose once, when it is over; not after `close()` */
  hold(onClose: (why: string) => void): SimulatedLink {
    const { simulation, meter } = this.#world;
    const link = new SimulatedLink(simulation, this.#linkLifeMs, this.random, (why) => {
      if (this.#link === link) this.#link = null;
      if (!this.#isAlive) return;
      meter.link(this.host, false);
      onClose(why);
    });
    this.#link = link;
    meter.link(this.host, true);
    return link;
  }

  /** As `kill -9` does. */
  kill(): void {
    this.#isAlive = false;
    this.clock.isStopped = true;
    for (const call of this.#calls) call.abandoned = true;
    this.#calls.clear();
    this.#link?.end('killed');
    this.#world.meter.link(this.host, false);
  }
}
