import type { AnswerMeta, Lease, LeaseEvents, LeaseEventType } from '@holdfast/lease';
import type { LeaseHistoryEntry } from '@holdfast/wire';
import type { LinkState, LinkStatus } from '../link/link.ts';
import { rfc3339 } from '../rfc3339.ts';

/** Entries that are kept; the oldest goes. */
export const MAX_ENTRIES = 256;
/** Of an entry's message, in characters. */
const MESSAGE_LENGTH = 300;

type Details = Omit<LeaseHistoryEntry, 'at' | 'type'>;

/** What of each event of the lease is kept. */
const DETAILS: { readonly [Type in LeaseEventType]: (event: LeaseEvents[Type]) => Details } = {
  'refresh-started': ({ call, reason }) => ({ message: `${call}, ${reason}` }),
  refreshed: ({ by, expiresAt, answer }) => ({
    message: `by ${by}`,
    expiresAt: rfc3339(expiresAt),
    ...statusOf(answer),
  }),
  'refresh-failed': ({ message, retryAt, answer }) => ({
    message,
    ...statusOf(answer),
    ...(retryAt === null ? {} : { retryAt: rfc3339(retryAt) }),
  }),
  'deadline-set': ({ retryAt, reason, source }) => ({ message: `${reason}, by ${source}`, retryAt: rfc3339(retryAt) }),
  'deadline-cleared': ({ reason }) => ({ message: reason }),
  'token-cleared': ({ reason }) => ({ message: reason }),
  latched: ({ message, answer }) => ({ message, ...statusOf(answer) }),
  unlatched: ({ reason }) => ({ message: reason }),
  recovered: ({ changed }) => ({ message: changed ? 'the credentials have changed' : 'the credentials are the same' }),
  'late-answer': ({ kind }) => ({ message: kind }),
  'store-failed': ({ operation, message }) => ({ message: `${operation}: ${message}` }),
  'store-recovered': () => ({}),
};

/** What happened to the lease and the link lately, for whoever looks later. No entry has a token in it. */
export class LeaseHistory {
  readonly #wall: () => number;
  readonly #watchers = new Set<(entry: LeaseHistoryEntry) => void>();
  #entries: LeaseHistoryEntry[] = [];
  #link: LinkState['state'] = 'off';

  /** @param wall the wall clock, in milliseconds */
  constructor(wall: () => number) {
    this.#wall = wall;
  }

  /** The oldest first. */
  get entries(): LeaseHistoryEntry[] {
    return [...this.#entries];
  }

  /** Calls `listener` with each new entry. Returns what ends that. */
  watch(listener: (entry: LeaseHistoryEntry) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  follow(lease: Lease): void {
    const followType = <Type extends LeaseEventType>(type: Type) =>
      lease.on(type, (event) => this.#add(type, DETAILS[type](event)));
    for (const type of Object.keys(DETAILS)) followType(type as LeaseEventType); // its keys are the types, and no other
  }

  /** Takes the link's new state; only its coming and going is kept. */
  link({ current, lastError }: Pick<LinkStatus, 'current' | 'lastError'>): void {
    const was = this.#link;
    this.#link = current.state;
    if (was === current.state) return;
    if (current.state === 'connected') this.#add('link-connected', {});
    if (was === 'connected') this.#add('link-lost', lastError === null ? {} : { message: lastError });
  }

  #add(type: string, details: Details): void {
    const { message, ...rest } = details;
    const said = message === undefined ? {} : { message: message.slice(0, MESSAGE_LENGTH) };
    const entry = { at: rfc3339(this.#wall()), type, ...said, ...rest };
    this.#entries = [...this.#entries.slice(1 - MAX_ENTRIES), entry];
    for (const watcher of this.#watchers) watcher(entry);
  }
}

function statusOf(answer: AnswerMeta | null): { status?: number } {
  return answer === null || answer.status === null ? {} : { status: answer.status };
}
