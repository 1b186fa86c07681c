import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ManualClock, Seeded, settle } from '@holdfast/testkit';
import { fixedCredentials, Host } from '../src/index.ts';
import { ForgetfulRelay } from './forgetful-relay.ts';
import { ACCOUNT, LogCapture, temporaryFolder } from './harness.ts';

const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** As often as the host pings. */
const STEP_MS = 10 * SECOND;
export const STEPS_PER_HOUR = 360;
/** In real time, for what goes over loopback. */
const PATIENCE_MS = 20_000;

/** A real host on a clock that a test moves, with real sockets to a relay and an agent. Nobody waits for real time. */
export class SimulatedHost {
  readonly clock: ManualClock;
  readonly relay: ForgetfulRelay;
  readonly host: Host;
  readonly log = new LogCapture();
  readonly #dataDir: string;
  /** Requests for a token that are not answered yet. */
  #refreshing = 0;

  private constructor(relay: ForgetfulRelay, clock: ManualClock, dataDir: string, seed: string) {
    this.clock = clock;
    this.relay = relay;
    this.#dataDir = dataDir;
    this.host = new Host({
      relay: relay.base,
      dataDir,
      name: 'machine',
      agent: { url: relay.agent },
      credentials: fixedCredentials(ACCOUNT, 'the test'),
      logger: this.log.logger,
      version: '1.2.3',
      clock,
      random: new Seeded(seed).next,
    });
    this.host.history.watch(({ type }) => {
      if (type === 'refresh-started') this.#refreshing += 1;
      if (type === 'refreshed' || type === 'refresh-failed' || type === 'late-answer') this.#refreshing -= 1;
    });
  }

  /** @param tokenLifeMs of the relay's server tokens */
  static async start(t: TestContext, tokenLifeMs: number, seed: string): Promise<SimulatedHost> {
    const clock = new ManualClock(Date.UTC(2030, 0, 1));
    const relay = new ForgetfulRelay({ now: clock.wall, tokenLifeMs });
    await relay.start();
    t.after(() => relay.close());
    const simulated = new SimulatedHost(relay, clock, temporaryFolder(t), seed);
    t.after(() => simulated.host.close());
    simulated.host.start();
    await simulated.rest();
    return simulated;
  }

  get isConnected(): boolean {
    return this.host.status().link.state === 'connected';
  }

  /** Ten seconds go by, and what they set off comes to rest. */
  async step(): Promise<void> {
    const { pings, links } = this.relay;
    const wasConnected = this.isConnected;
    await this.clock.advance(STEP_MS);
    await this.#until(
      () => !wasConnected || this.relay.pings > pings || this.relay.links > links || !this.isConnected,
      'a ping',
    );
    await this.rest();
  }

  /** Until all that is under way is waits of the clock. */
  rest(): Promise<void> {
    return this.#until(
      () => this.#refreshing === 0 && !['connecting', 'off'].includes(this.host.status().link.state),
      'the link and the token to come to rest',
    );
  }

  /** Of a file in its data folder; 0 where there is none. */
  bytesOf(name: string): number {
    return statSync(join(this.#dataDir, name), { throwIfNoEntry: false })?.size ?? 0;
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    do {
      await settle();
      if (performance.now() > end) throw new Error(`Waited for ${what}, in vain: ${this.host.status().reason}`);
    } while (!condition());
  }
}
