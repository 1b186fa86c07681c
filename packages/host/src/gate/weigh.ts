import { LeaseError } from '@holdfast/lease';
import { WireError } from '@holdfast/wire';
import { RelayRequestError } from '../relay-request.ts';
import type { Verdict } from './gate.ts';

/** What a 404 is about: the server that asks, or what it asks for, such as a pairing code. */
export type NotFound = 'server' | 'subject';

/** The relay refused the credential of a call, for the first time: another one may do. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Client errors that are not about what was asked. */
const NOT_THE_CALLERS = [401, 403, 408, 425, 429];

/** Whether the relay refused the credential that a call carried. */
export function refusalOf(error: unknown, notFound: NotFound): 'unauthorized' | 'gone' | null {
  if (!(error instanceof RelayRequestError)) return null;
  if (error.status === 401 || error.status === 403) return 'unauthorized';
  // a gateway's page says nothing about this server
  return error.status === 404 && notFound === 'server' && error.body !== null ? 'gone' : null;
}

/** What the error of a call means for its endpoint. */
export function weigh(error: unknown, notFound: NotFound): Verdict {
  // The first is tried again by whoever threw it, the second is the lease's to hold back.
  if (error instanceof RefusedError || error instanceof LeaseError) return 'unknown';
  const isAnswer = error instanceof RelayRequestError && error.status !== null;
  if (isAnswer && isTheCallers(error, notFound)) return 'works';
  if (!(error instanceof RelayRequestError) && !(error instanceof WireError)) return 'unknown';
  const headers = error instanceof RelayRequestError ? error.headers : null;
  return {
    reason: refusalOf(error, notFound) ?? (isTransient(error) ? 'transient' : 'invalid'),
    message: error.message,
    retryAfter: headers?.get('retry-after') ?? null,
    date: headers?.get('date') ?? null,
  };
}

/** A refusal of this very call, such as a wrong code: nobody else is held back. */
function isTheCallers({ status, headers }: RelayRequestError, notFound: NotFound): boolean {
  if (status === null || status < 400 || status >= 500 || NOT_THE_CALLERS.includes(status)) return false;
  if (status !== 404) return status !== 410 || notFound === 'subject';
  const isPage = headers?.get('content-type')?.includes('html') ?? false;
  return notFound === 'subject' && !isPage;
}

function isTransient(error: RelayRequestError | WireError): boolean {
  if (!(error instanceof RelayRequestError)) return false;
  const { status } = error;
  return status === null || status >= 500 || NOT_THE_CALLERS.includes(status);
}
