import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Seeded } from '@holdfast/testkit';
import { MINUTE, SimulatedHost, STEPS_PER_HOUR } from '../test/simulated-host.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What must not grow. */
function footprintOf(simulated: SimulatedHost) {
  simulated.log.text = ''; // what the test keeps is not the host's
  for (let round = 0; round < 10; round += 1) collectGarbage(); // code that is not used goes only after some
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    memory: heapUsed + arrayBuffers,
    timers: simulated.clock.timers,
    resources: process.getActiveResourcesInfo().length,
    database: simulated.bytesOf('host.db'),
    journal: simulated.bytesOf('host.db-wal'),
  };
}

/** What may happen to a host on a long day. One step is ten seconds. */
class Day {
  readonly #simulated: SimulatedHost;
  readonly #random = new Seeded('a day');
  #streams = 0;
  #stepsDown = 0;

  constructor(simulated: SimulatedHost) {
    this.#simulated = simulated;
  }

  async hours(count: number): Promise<void> {
    for (let step = 0; step < count * STEPS_PER_HOUR; step += 1) await this.#step();
  }

  /** So long that nothing is left of what happened before but what is kept on purpose. */
  async calm(): Promise<void> {
    this.#simulated.relay.isDown = false;
    for (let step = 0; step < STEPS_PER_HOUR; step += 1) await this.#simulated.step();
  }

  async #step(): Promise<void> {
    const { clock, relay } = this.#simulated;
    const random = this.#random;
    this.#stepsDown = Math.max(0, this.#stepsDown - 1);
    if (random.chance(1 / 400)) this.#stepsDown = random.between(6, 120);
    relay.isDown = this.#stepsDown > 0;
    if (random.chance(1 / 30)) relay.cut();
    if (random.chance(1 / 700)) clock.sleep(random.between(1, 60) * MINUTE);
    if (random.chance(1 / 3)) this.#converse();
    this.#say('the watcher', { type: 'ping' });
    await this.#simulated.step();
  }

  /** A controller opens a stream, asks a little, and leaves, is left, or is never heard of again. */
  #converse(): void {
    this.#streams += 1;
    const stream = `stream-${this.#streams}`;
    const messages = [
      { id: 1, method: 'initialize' },
      { id: 2, method: 'ask' },
      { id: 3, method: 'holdfast/status' },
    ];
    for (const [seq_id, message] of messages.entries()) this.#say(stream, { type: 'client_message', seq_id, message });
    const end = this.#random.pick(['closed', 'left', 'silent']);
    if (end === 'closed') this.#say(stream, { type: 'client_closed' });
    if (end === 'left') this.#say(stream, { type: 'client_message', seq_id: 9, message: { method: 'leave' } });
    if (this.#random.chance(1 / 2)) this.#watch();
  }

  /** Somebody looks at the host itself. */
  #watch(): void {
    const management = { capabilities: { holdfast: { management: true } } };
    const message = { id: 1, method: 'initialize', params: management };
    this.#say('the watcher', { type: 'client_message', message });
  }

  #say(stream_id: string, envelope: object): void {
    this.#simulated.relay.send({ client_id: 'cli', stream_id, ...envelope });
  }
}

test('a simulated day of drops, outages, sleeps and token lives leaves nothing behind', async (t) => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => warnings.push(message);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const simulated = await SimulatedHost.start(t, 15 * MINUTE, 'soak');
  const { relay, host } = simulated;
  const day = new Day(simulated);

  await day.hours(4);
  await day.calm();
  const early = footprintOf(simulated);
  await day.hours(18);
  await day.calm();
  const late = footprintOf(simulated);

  t.diagnostic(
    `${relay.links} links, ${relay.refreshes} refreshes, ${relay.replies} replies; ${JSON.stringify({ early, late })}`,
  );
  assert.equal(host.status().reason, 'Connected.');
  assert.ok(relay.links > 150 && relay.refreshes > 150 && relay.replies > 5_000, 'it was a day');
  assert.ok(relay.replies < 50_000, 'nothing was told to those who had left');
  assert.ok(late.memory < early.memory + 4 * MIB, `${early.memory} bytes of memory, then ${late.memory}`);
  assert.equal(late.timers, early.timers);
  assert.ok(late.resources <= early.resources + 4, `${early.resources} handles, then ${late.resources}`);
  assert.ok(late.database <= 64 * KIB, `${late.database} bytes of database`);
  assert.ok(late.journal < 5 * MIB, `${late.journal} bytes of journal`);
  assert.deepEqual(warnings, []);
});
