import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MachineClock, ProcessClock } from '../src/engine/machine-clock.ts';
import { SeededRandom } from '../src/engine/random.ts';
import { Simulation } from '../src/engine/simulation.ts';

describe('virtual time', () => {
  test('events come in the order of their moments, and those of one moment in the order in which they were set', async () => {
    const simulation = new Simulation();
    const random = new SeededRandom('order').stream('moments');
    const expected: [number, number][] = [];
    const seen: [number, number][] = [];
    for (let index = 0; index < 20_000; index += 1) {
      const moment = Math.floor(random() * 1_000);
      const event = simulation.at(moment, () => void seen.push([simulation.now, index]));
      if (random() < 0.7) simulation.cancel(event);
      else expected.push([moment, index]);
    }
    await simulation.run(1_000);
    expected.sort(([one, first], [other, second]) => one - other || first - second);
    assert.deepEqual(seen, expected);
    assert.equal(simulation.now, 1_000);
  });

  test('whatever an event sets off in promises is over before the next one', async () => {
    const simulation = new Simulation();
    const seen: string[] = [];
    const deep = async (name: string): Promise<void> => {
      for (let depth = 0; depth < 50; depth += 1) await Promise.resolve();
      seen.push(name);
    };
    simulation.at(1, () => void deep('first'));
    simulation.at(1, () => void deep('second'));
    simulation.at(2, () => void seen.push('third'));
    await simulation.run(10);
    assert.deepEqual(seen, ['first', 'second', 'third']);
  });

  test('an aborted run stops between two events and says so', async () => {
    const simulation = new Simulation();
    const stop = new AbortController();
    const again = (): void => {
      if (simulation.now === 3_000) stop.abort();
      simulation.after(1, again);
    };
    simulation.at(0, again);
    assert.equal(await simulation.run(100_000, { signal: stop.signal }), false);
    assert.ok(simulation.now < 10_000);
  });
});

describe('a machine', () => {
  test('its timers stand still while it sleeps, its wall clock goes on and may be wrong', async () => {
    const simulation = new Simulation();
    const machine = new MachineClock(simulation, 600_000);
    const clock = new ProcessClock(machine);
    const fired: number[] = [];
    const wall = clock.wall();
    clock.setTimer(1_000, () => fired.push(simulation.now));
    clock.setTimer(9_000, () => fired.push(simulation.now));
    clock.setTimer(2_000, () => fired.push(-1)).cancel();
    simulation.at(500, () => machine.sleep());
    simulation.at(5_500, () => machine.wake());
    await simulation.run(20_000);
    assert.deepEqual(fired, [6_000, 14_000]);
    assert.equal(clock.wall() - wall, 20_000);
    assert.equal(clock.monotonic(), 15_000);
  });

  test('nothing comes of the timers of a killed process', async () => {
    const simulation = new Simulation();
    const clock = new ProcessClock(new MachineClock(simulation, 0));
    let fired = false;
    clock.setTimer(1_000, () => {
      fired = true;
    });
    clock.isStopped = true;
    await simulation.run(5_000);
    assert.equal(fired, false);
  });
});

describe('randomness', () => {
  test('streams are repeatable, and independent of each other', () => {
    const one = new SeededRandom('seed');
    const other = new SeededRandom('seed');
    const first = Array.from({ length: 5 }, one.stream('a', 7));
    one.stream('b', 7)();
    assert.deepEqual(Array.from({ length: 5 }, other.stream('a', 7)), first);
    assert.notDeepEqual(Array.from({ length: 5 }, other.stream('a', 8)), first);
    assert.notDeepEqual(Array.from({ length: 5 }, new SeededRandom('other').stream('a', 7)), first);
    const many = Array.from({ length: 10_000 }, one.stream('mean'));
    const mean = many.reduce((sum, value) => sum + value) / many.length;
    assert.ok(Math.abs(mean - 0.5) < 0.01, String(mean));
    assert.ok(many.every((value) => value >= 0 && value < 1));
  });
});
