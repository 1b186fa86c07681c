import { makeToken, type Token } from '../authority/answer.ts';
import type { SeededRandom } from '../engine/random.ts';
import type { Policy } from '../policies/policy.ts';
import type { Scenario } from '../scenario/schema.ts';
import { Machine } from './machine.ts';
import type { World } from './world.ts';

/** The hosts of a scenario are set up before its zero, in this time, in ms. */
export const SET_UP_MS = 2_000;
/** Who sleeps falls asleep so long before zero, in ms. */
const ASLEEP_MS = 100;
/** Hosts that enrolled together did so within this time, in ms. */
const TOGETHER_MS = 60_000;

/** Makes the machines of a scenario and everything that will happen to them. */
export function setUpFleet(world: World, hosts: number, policy: Policy, seeded: SeededRandom): void {
  const { simulation, scenario, meter } = world;
  const choose = seeded.stream('fleet');
  const { wrong_clocks: wrong, crash_loop: loop, asleep } = scenario.fleet;
  for (let host = 0; host < hosts; host += 1) {
    const wrongMs = wrong !== undefined && choose() < wrong.share ? wrong.by * 1000 * (choose() < 0.5 ? -1 : 1) : 0;
    const random = seeded.stream('host', host);
    const machine = new Machine({ world, host, policy, random, clockAheadMs: wrongMs });
    const sleeps = asleep !== undefined && choose() < asleep.share;
    const token = sleeps ? expiringToken(host, scenario, choose) : firstToken(host, scenario, choose);
    simulation.at(-SET_UP_MS + choose() * (SET_UP_MS / 2), () => machine.boot(token));
    if (sleeps) {
      simulation.at(-ASLEEP_MS, () => machine.sleep());
      simulation.at(between(asleep.wake_from, asleep.wake_to, choose), () => machine.wake());
    }
    if (loop !== undefined && choose() < loop.share) {
      simulation.at(choose() * (loop.life + loop.pause) * 1000, () => {
        meter.dies(host);
        machine.crashLoop(loop.life * 1000, loop.pause * 1000);
      });
    }
    for (const incident of scenario.incidents) {
      if (incident.fault !== 'cut-links') continue;
      simulation.at(between(incident.from, incident.to, choose), () => machine.cutLink());
    }
  }
}

/** In milliseconds, from seconds. */
function between(from: number, to: number, random: () => number): number {
  return (from + (to - from) * random()) * 1000;
}

function firstToken(host: number, { token_life, fleet }: Scenario, random: () => number): Token {
  const lifeMs = token_life * 1000;
  // no older than where every policy would still be content with it
  const oldestMs = lifeMs - Math.min(300_000, lifeMs / 3);
  const ageMs =
    fleet.enrolled === 'together'
      ? fleet.enrolled_ago * 1000 + random() * TOGETHER_MS
      : oldestMs * random() + SET_UP_MS;
  return makeToken(host, -ageMs, lifeMs);
}

/** One that is good when the machine falls asleep, and not when it wakes. */
function expiringToken(host: number, { token_life, fleet }: Scenario, random: () => number): Token {
  const latest = Math.min(fleet.asleep?.wake_from ?? 0, token_life);
  const leftMs = (latest - (latest - Math.min(300, token_life / 3)) * random()) * 1000 - SET_UP_MS;
  return makeToken(host, leftMs - token_life * 1000, token_life * 1000);
}
