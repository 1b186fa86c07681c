import type { HostStatus, LeaseHistoryEntry } from '@holdfast/wire';

/** Of a host's status, what its lease is told by. */
export type LeaseStatus = Pick<HostStatus, 'status' | 'reason' | 'link' | 'lease'>;

/** What is known of the lease of one machine's host. */
export interface LeaseView {
  /** `none`: its host is another one than Holdfast's, and tells nothing. */
  readonly phase: 'opening' | 'live' | 'away' | 'none';
  readonly status: HostStatus | null;
  /** The oldest first. */
  readonly events: readonly LeaseHistoryEntry[];
  /** What this device may ask of the host. */
  readonly methods: readonly string[];
  /** How far the host's clock is ahead of this device's, in ms. */
  readonly clockAhead: number;
  /** When it was last heard of, by this device's clock; null while it is heard. */
  readonly until: number | null;
}

export type LeaseAction =
  | { readonly type: 'lease-opening' }
  | {
      readonly type: 'lease-told';
      readonly status: HostStatus;
      readonly events: readonly LeaseHistoryEntry[];
      readonly methods: readonly string[];
    }
  | { readonly type: 'lease-status'; readonly status: HostStatus }
  /** Heard at `now`, by this device's clock, ms since the epoch. */
  | { readonly type: 'lease-event'; readonly event: LeaseHistoryEntry; readonly now: number }
  /** Nothing is heard any more, from `now` on. */
  | { readonly type: 'lease-away'; readonly now: number }
  | { readonly type: 'lease-none' };

export const UNKNOWN_LEASE: LeaseView = {
  phase: 'opening',
  status: null,
  events: [],
  methods: [],
  clockAhead: 0,
  until: null,
};

/** As many as a host keeps. */
const MOST_EVENTS = 256;
/** A difference of less than this is the way through the network, in ms. */
const SAME_CLOCK_MS = 3_000;

export function reduceLease(view: LeaseView, action: LeaseAction): LeaseView {
  switch (action.type) {
    case 'lease-opening':
      return { ...view, phase: view.phase === 'away' ? 'away' : 'opening' };
    case 'lease-told':
      return {
        ...view,
        phase: 'live',
        until: null,
        status: action.status,
        events: action.events.slice(-MOST_EVENTS),
        methods: action.methods,
      };
    case 'lease-status':
      return { ...view, status: action.status };
    case 'lease-event': {
      const ahead = Date.parse(action.event.at) - action.now;
      const clockAhead = Math.abs(ahead) > SAME_CLOCK_MS ? ahead : 0;
      return { ...view, clockAhead, events: [...view.events, action.event].slice(-MOST_EVENTS) };
    }
    case 'lease-away':
      return view.phase === 'none' ? view : { ...view, phase: 'away', until: view.until ?? action.now };
    case 'lease-none':
      return { ...UNKNOWN_LEASE, phase: 'none' };
  }
}
