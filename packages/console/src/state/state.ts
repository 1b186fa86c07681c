import type { PairProblem } from '../device/pair-problem.ts';
import type { LeaseView } from '../lease/lease-view.ts';
import type { Talk } from './talk.ts';

/** Where a device's link to its relay stands, for a person. */
export interface LinkState {
  readonly state: 'connecting' | 'connected' | 'waiting' | 'closed';
  readonly reason: string | null;
  /** Ms since the epoch. */
  readonly nextAttemptAt: number | null;
  /** The machine's owner has removed this device. */
  readonly revoked: boolean;
}

/** What the relay last said of a machine. */
export interface Sighting {
  readonly online: boolean;
  /** Ms since the epoch, as all moments here. */
  readonly lastSeenAt: number | null;
  readonly asOf: number;
  /** When its host last answered the relay end to end; null where the relay does not say. */
  readonly answeredAt: number | null;
  readonly offlineSince: number | null;
  readonly offlineReason: string | null;
  /** "linux x64", or nothing. */
  readonly system: string;
}

/** A machine that this browser is paired with. */
export interface Machine {
  /** The pairing's client id. */
  readonly id: string;
  readonly environmentId: string;
  readonly name: string;
  readonly deviceName: string;
  readonly pairedAt: number;
  readonly link: LinkState;
  readonly sighting: Sighting | null;
  /** Why there is no newer sighting. */
  readonly problem: string | null;
}

export type Place =
  | { readonly at: 'starting' }
  | { readonly at: 'machines' }
  | { readonly at: 'pair' }
  | { readonly at: 'talk'; readonly machineId: string }
  | { readonly at: 'devices'; readonly machineId: string };

export interface PairForm {
  readonly code: string;
  readonly deviceName: string;
  readonly busy: boolean;
  readonly problem: PairProblem | null;
}

export interface AppState {
  readonly place: Place;
  readonly machines: readonly Machine[];
  readonly pair: PairForm;
  readonly talks: ReadonlyMap<string, Talk>;
  readonly leases: ReadonlyMap<string, LeaseView>;
}

export const CONNECTING: LinkState = { state: 'connecting', reason: null, nextAttemptAt: null, revoked: false };

export const initialState = (deviceName: string): AppState => ({
  place: { at: 'starting' },
  machines: [],
  pair: { code: '', deviceName, busy: false, problem: null },
  talks: new Map(),
  leases: new Map(),
});
