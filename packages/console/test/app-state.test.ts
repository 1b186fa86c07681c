import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { presence } from '../src/state/presence.ts';
import { type Action, reduce } from '../src/state/reduce.ts';
import { type AppState, CONNECTING, initialState, type Machine, type Sighting } from '../src/state/state.ts';
import { createStore } from '../src/state/store.ts';

const machine: Machine = {
  id: 'm',
  environmentId: 'e',
  name: 'studio',
  deviceName: 'phone',
  pairedAt: 0,
  link: CONNECTING,
  sighting: null,
  problem: null,
};
const seen: Sighting = {
  online: true,
  lastSeenAt: null,
  asOf: 0,
  answeredAt: null,
  offlineSince: null,
  offlineReason: null,
  system: 'linux',
};
const after = (...actions: Action[]): AppState => actions.reduce(reduce, initialState('phone'));

describe('the page', () => {
  test('forgets a machine with its conversation, and leaves where it was shown', () => {
    const state = after(
      { type: 'machine-added', machine },
      { type: 'talk', machineId: 'm', action: { type: 'typed', text: 'hi' } },
      { type: 'went', place: { at: 'talk', machineId: 'm' } },
      { type: 'machine-forgotten', machineId: 'm' },
    );
    assert.deepEqual([state.machines.length, state.talks.size, state.place.at], [0, 0, 'machines']);
    assert.equal(reduce(state, { type: 'talk', machineId: 'm', action: { type: 'starting' } }).talks.size, 0);
  });

  test('keeps the last sighting of a machine beside the reason why there is no newer one', () => {
    const sighting = { ...seen, lastSeenAt: 1, asOf: 2 };
    const state = after(
      { type: 'machine-added', machine },
      { type: 'seen', machineId: 'm', name: 'new name', sighting },
      { type: 'not-seen', machineId: 'm', problem: 'the relay is down' },
    );
    assert.deepEqual(state.machines[0], { ...machine, name: 'new name', sighting, problem: 'the relay is down' });
  });

  test('takes a problem with a code away as soon as another is typed', () => {
    const problem = { title: 'wrong', advice: '', retryAt: null };
    const failed = after(
      { type: 'pair-typed', form: { code: 'ABCD-2345' } },
      { type: 'pairing' },
      { type: 'pair-failed', problem },
    );
    assert.deepEqual(failed.pair, { code: 'ABCD-2345', deviceName: 'phone', busy: false, problem });
    assert.equal(reduce(failed, { type: 'pair-typed', form: { code: 'A' } }).pair.problem, null);
  });
});

test('what is said of a machine is no more than what is known', () => {
  const connected = { ...CONNECTING, state: 'connected' } as const;
  const sighting = { ...seen, lastSeenAt: 0, asOf: 1_000_000 };
  const say = (change: Partial<Machine>, now: number) => presence({ ...machine, ...change }, now);
  assert.equal(say({}, 0), 'Not reached yet');
  assert.equal(say({ link: connected, sighting }, 1_005_000), 'Online · linux');
  assert.equal(say({ link: connected, sighting }, 1_180_000), 'Online (as of 3 min ago) · linux');
  assert.equal(
    say({ link: connected, sighting: { ...sighting, online: false } }, 1_000_000),
    'Offline, last seen 17 min ago · linux',
  );
  const answered = { ...sighting, answeredAt: 990_000 };
  assert.equal(say({ link: connected, sighting: answered }, 1_005_000), 'Online, answered 15 s ago · linux');
  const gone = { ...sighting, online: false, offlineSince: new Date(2030, 0, 1, 14, 31).getTime() };
  assert.equal(
    say({ link: connected, sighting: { ...gone, asOf: gone.offlineSince + 120_000 } }, gone.offlineSince + 120_000),
    'Offline for 2 min, since 14:31 · linux',
  );
  assert.equal(say({ sighting }, 1_180_000), 'Was online 3 min ago · linux');
});

test('a store tells its listeners of changes only', () => {
  const store = createStore((count: number, add: number) => count + add, 0);
  let heard = 0;
  const stop = store.subscribe(() => {
    heard += 1;
  });
  store.dispatch(1);
  store.dispatch(0);
  stop();
  store.dispatch(1);
  assert.deepEqual([store.get(), heard], [2, 1]);
});
