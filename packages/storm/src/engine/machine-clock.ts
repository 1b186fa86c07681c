import type { Clock, Timer } from '@holdfast/lease';
import { Event } from './event-queue.ts';
import type { Simulation } from './simulation.ts';

/** Where the wall clocks of all machines would stand at the simulation's zero, if they were right. */
export const EPOCH_MS = Date.UTC(2030, 0, 1, 8);

/** The clocks of one simulated machine: its wall clock may be wrong, and its monotonic clock and timers stand still while it sleeps. */
export class MachineClock {
  readonly simulation: Simulation;
  readonly #aheadMs: number;
  #sleptMs = 0;
  #asleepSince: number | null = null;
  /** Timers that came due in the sleep. */
  #held: MachineTimer[] = [];

  /** @param aheadMs by how much its wall clock is wrong */
  constructor(simulation: Simulation, aheadMs: number) {
    this.simulation = simulation;
    this.#aheadMs = aheadMs;
  }

  wall(): number {
    return EPOCH_MS + this.simulation.now + this.#aheadMs;
  }

  monotonic(): number {
    return (this.#asleepSince ?? this.simulation.now) - this.#sleptMs;
  }

  sleep(): void {
    this.#asleepSince ??= this.simulation.now;
  }

  wake(): void {
    if (this.#asleepSince === null) return;
    this.#sleptMs += this.simulation.now - this.#asleepSince;
    this.#asleepSince = null;
    const held = this.#held;
    this.#held = [];
    for (const timer of held) timer.look();
  }

  /** In a sleep a timer has to wait for its end. @returns whether it does */
  hold(timer: MachineTimer): boolean {
    if (this.#asleepSince === null) return false;
    this.#held.push(timer);
    return true;
  }
}

/** The clock as one process of the machine has it: nothing that it waited for comes once it has been killed. */
export class ProcessClock implements Clock {
  readonly #machine: MachineClock;
  isStopped = false;

  constructor(machine: MachineClock) {
    this.#machine = machine;
  }

  wall(): number {
    return this.#machine.wall();
  }

  monotonic(): number {
    return this.#machine.monotonic();
  }

  setTimer(ms: number, fire: () => void): Timer {
    const timer = new MachineTimer(this, this.#machine, this.#machine.monotonic() + ms, fire);
    this.#machine.simulation.schedule(ms, timer);
    return timer;
  }
}

class MachineTimer extends Event implements Timer {
  readonly #clock: ProcessClock;
  readonly #machine: MachineClock;
  readonly #due: number;
  readonly #fire: () => void;
  #isCancelled = false;

  constructor(clock: ProcessClock, machine: MachineClock, due: number, fire: () => void) {
    super();
    this.#clock = clock;
    this.#machine = machine;
    this.#due = due;
    this.#fire = fire;
  }

  override happen(): void {
    if (!this.#machine.hold(this)) this.look();
  }

  /** Fires if it is time by the machine's own clock. */
  look(): void {
    if (this.#isCancelled || this.#clock.isStopped) return;
    const left = this.#due - this.#machine.monotonic();
    // the sum of two sleeps is not exact
    if (left < 1e-3) {
      this.#fire();
    } else {
      this.isOver = false;
      this.#machine.simulation.schedule(left, this);
    }
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#machine.simulation.cancel(this);
  }
}
