import type { PairProblem } from '../device/pair-problem.ts';
import { type LeaseAction, reduceLease, UNKNOWN_LEASE } from '../lease/lease-view.ts';
import { reduceTalk } from './reduce-talk.ts';
import type { AppState, LinkState, Machine, PairForm, Place, Sighting } from './state.ts';
import { NEW_TALK } from './talk.ts';
import type { TalkAction } from './talk-actions.ts';

export type Action =
  | { readonly type: 'went'; readonly place: Place }
  | { readonly type: 'machines'; readonly machines: readonly Machine[] }
  | { readonly type: 'machine-added'; readonly machine: Machine }
  | { readonly type: 'machine-forgotten'; readonly machineId: string }
  | { readonly type: 'device-renamed'; readonly machineId: string; readonly deviceName: string }
  | { readonly type: 'link'; readonly machineId: string; readonly link: LinkState }
  | { readonly type: 'seen'; readonly machineId: string; readonly name: string | null; readonly sighting: Sighting }
  | { readonly type: 'not-seen'; readonly machineId: string; readonly problem: string }
  | { readonly type: 'pair-typed'; readonly form: Partial<Pick<PairForm, 'code' | 'deviceName'>> }
  | { readonly type: 'pairing' }
  | { readonly type: 'pair-failed'; readonly problem: PairProblem }
  | { readonly type: 'lease'; readonly machineId: string; readonly action: LeaseAction }
  | { readonly type: 'talk'; readonly machineId: string; readonly action: TalkAction };

export function reduce(state: AppState, action: Action): AppState {
  switch (action.type) {
    case 'went':
      return { ...state, place: action.place, pair: { ...state.pair, problem: null } };
    case 'machines':
      return { ...state, machines: action.machines };
    case 'machine-added':
      return {
        ...state,
        machines: [...state.machines.filter(({ id }) => id !== action.machine.id), action.machine],
        pair: { ...state.pair, code: '', busy: false, problem: null },
      };
    case 'machine-forgotten':
      return forget(state, action.machineId);
    case 'device-renamed':
      return changeMachine(state, action.machineId, { deviceName: action.deviceName });
    case 'link':
      return changeMachine(state, action.machineId, { link: action.link });
    case 'seen':
      return changeMachine(state, action.machineId, {
        sighting: action.sighting,
        problem: null,
        ...(action.name === null ? {} : { name: action.name }),
      });
    case 'not-seen':
      return changeMachine(state, action.machineId, { problem: action.problem });
    case 'pair-typed':
      return { ...state, pair: { ...state.pair, ...action.form, problem: null } };
    case 'pairing':
      return { ...state, pair: { ...state.pair, busy: true, problem: null } };
    case 'pair-failed':
      return { ...state, pair: { ...state.pair, busy: false, problem: action.problem } };
    case 'lease': {
      const { machineId, action: told } = action;
      if (!state.machines.some(({ id }) => id === machineId)) return state;
      const lease = reduceLease(state.leases.get(machineId) ?? UNKNOWN_LEASE, told);
      return { ...state, leases: new Map(state.leases).set(machineId, lease) };
    }
    case 'talk': {
      if (!state.machines.some(({ id }) => id === action.machineId)) return state; // forgotten meanwhile
      const talk = reduceTalk(state.talks.get(action.machineId) ?? NEW_TALK, action.action);
      return { ...state, talks: new Map(state.talks).set(action.machineId, talk) };
    }
  }
}

function changeMachine(state: AppState, machineId: string, change: Partial<Machine>): AppState {
  return { ...state, machines: state.machines.map((it) => (it.id === machineId ? { ...it, ...change } : it)) };
}

function forget(state: AppState, machineId: string): AppState {
  const talks = new Map(state.talks);
  talks.delete(machineId);
  const leases = new Map(state.leases);
  leases.delete(machineId);
  const machines = state.machines.filter(({ id }) => id !== machineId);
  const here = 'machineId' in state.place && state.place.machineId === machineId;
  return { ...state, talks, leases, machines, place: here ? { at: 'machines' } : state.place };
}
