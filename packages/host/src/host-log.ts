import type { Lease, LeaseEventType } from '@holdfast/lease';
import type { Logger } from 'pino';
import type { EndpointDeadlineOptions } from './gate/endpoint-deadline.ts';
import type { LinkStatus } from './link/link.ts';
import { rfc3339 } from './rfc3339.ts';
import type { StreamEvent } from './stream/streams.ts';

/** Those that change what a status says. */
const LEASE_EVENTS = [
  'refreshed',
  'refresh-failed',
  'deadline-set',
  'token-cleared',
  'latched',
  'unlatched',
  'store-failed',
  'store-recovered',
] as const satisfies LeaseEventType[];

/** Logs what happens to the lease, and calls `then` after each event. */
export function followLease(logger: Logger, lease: Lease, then: () => void): void {
  for (const type of LEASE_EVENTS) {
    lease.on(type, (event) => {
      logger.info({ lease: type, ...event }, `lease ${type}`);
      then();
    });
  }
}

/** The listeners of every endpoint's deadline. */
export function logDeadlines(logger: Logger): Required<Pick<EndpointDeadlineOptions, 'onSet' | 'onStoreFailed'>> {
  return {
    onSet: ({ endpoint, message, retryAt }) => {
      logger.warn({ endpoint, retryAt: rfc3339(retryAt) }, `${endpoint} is held back: ${message}`);
    },
    onStoreFailed: (endpoint, err) => logger.error({ endpoint, err }, `the deadline of ${endpoint} could not be kept`),
  };
}

export function logLink(logger: Logger, { current, attempts, lastError }: LinkStatus): void {
  const details = { link: current.state, attempts, ...(lastError === null ? {} : { lastError }) };
  if (current.state === 'waiting') logger.warn(details, 'link waiting');
  else logger.info(details, `link ${current.state}`);
}

export function logStream(logger: Logger, { clientId, streamId, ...event }: StreamEvent): void {
  if (event.type === 'warning') logger.warn({ clientId, streamId }, event.what);
  else logger.info({ clientId, streamId }, event.type === 'opened' ? 'stream opened' : `stream closed: ${event.why}`);
}
