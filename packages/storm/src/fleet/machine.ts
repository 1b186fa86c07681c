import type { Token } from '../authority/answer.ts';
import { MachineClock } from '../engine/machine-clock.ts';
import { exponential } from '../engine/random.ts';
import type { Policy, Program } from '../policies/policy.ts';
import { type Disk, emptyDisk } from './disk.ts';
import { HostProcess } from './process.ts';
import type { World } from './world.ts';

export interface MachineOptions {
  readonly world: World;
  readonly host: number;
  readonly policy: Policy;
  readonly random: () => number;
  /** By how much its wall clock is wrong, in ms. */
  readonly clockAheadMs: number;
}

/** How late a host looks at its clocks after a sleep, at most, in ms. */
const LOOK_MS = 2_000;

/** One machine with a host on it: it starts, dies, sleeps, wakes, and now and then somebody wants to pair. */
export class Machine {
  readonly #options: MachineOptions;
  readonly #clock: MachineClock;
  readonly #disk: Disk = emptyDisk();
  #running: { readonly process: HostProcess; readonly program: Program } | null = null;
  #isAsleep = false;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.#clock = new MachineClock(options.world.simulation, options.clockAheadMs);
    this.#pairLater();
  }

  /** Starts its host's process. */
  boot(firstToken: Token | null): void {
    const { world, host, policy, random } = this.#options;
    const process = new HostProcess({ world, host, machineClock: this.#clock, random, disk: this.#disk, firstToken });
    this.#running = { process, program: policy.start(process) };
  }

  kill(): void {
    this.#running?.process.kill();
    this.#running = null;
  }

  /** Its process dies, and is started again, for ever. */
  crashLoop(lifeMs: number, pauseMs: number): void {
    const { simulation } = this.#options.world;
    simulation.after(lifeMs, () => {
      this.kill();
      simulation.after(pauseMs, () => {
        this.boot(null);
        this.crashLoop(lifeMs, pauseMs);
      });
    });
  }

  sleep(): void {
    const { world, host } = this.#options;
    this.#isAsleep = true;
    this.#clock.sleep();
    world.meter.sleep(host);
  }

  wake(): void {
    const { world, host, random } = this.#options;
    this.#isAsleep = false;
    this.#clock.wake();
    world.meter.wake(host);
    const running = this.#running;
    running?.process.link?.die();
    world.simulation.after(random() * LOOK_MS, () => running?.program.woke());
  }

  cutLink(): void {
    this.#running?.process.link?.end('the authority closed it');
  }

  #pairLater(): void {
    const { world, random } = this.#options;
    const perHour = world.scenario.fleet.pairings_per_hour;
    if (perHour === 0) return;
    world.simulation.after(exponential(3_600_000 / perHour, random), () => {
      this.#pairLater();
      if (this.#running === null || this.#isAsleep || world.simulation.now < 0) return;
      void this.#running.program.pair().then((served) => world.meter.paired(served));
    });
  }
}
