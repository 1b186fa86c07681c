import { isValid } from './decide.ts';
import type { FlightContext } from './flight.ts';
import type { RefreshAttempt, RefreshFailure, RefreshOutcome } from './outcome.ts';
import { TimeoutError, within } from './within.ts';

export type Call = 'refresh' | 'reenroll';

/** Makes one request. Never rejects: whatever goes wrong is an outcome. */
export async function attempt(context: FlightContext, call: Call): Promise<RefreshOutcome> {
  const { ledger, options, counts, sharing, signal } = context;
  const { held } = ledger.record;
  const reason = isValid(held, ledger.now()) ? 'proactive' : 'required';
  const send = (call === 'reenroll' ? options.reenroll : undefined) ?? options.refresh;
  counts.started += 1;
  ledger.events.emit('refresh-started', { call, reason });
  const tried = held?.grant.token ?? null;
  if (sharing !== null) sharing.isAsking = true;
  try {
    const outcome = await within(options.clock, options.timeoutMs, signal, (inner) => {
      const request: RefreshAttempt = { signal: inner, reason, tried };
      return send(request);
    });
    const checked = checkOutcome(outcome, call);
    return checked.kind === 'success' ? checked : withoutSecret(checked, tried);
  } catch (error) {
    const what = error instanceof TimeoutError ? error.message : `the request failed: ${words(error)}`;
    return withoutSecret({ kind: 'transient', message: `${call}: ${what}`, cause: error }, tried);
  } finally {
    if (sharing !== null) sharing.isAsking = false;
  }
}

const KINDS: readonly unknown[] = ['success', 'transient', 'invalid', 'unauthorized', 'gone'];

/** A refresh function written without types may resolve to anything. */
function checkOutcome(outcome: RefreshOutcome, call: Call): RefreshOutcome {
  const value: unknown = outcome;
  if (typeof value !== 'object' || value === null || !KINDS.includes(outcome.kind)) {
    return { kind: 'invalid', message: `${call}: the function resolved to no outcome that is known` };
  }
  if (outcome.kind === 'success' || typeof outcome.message === 'string') return outcome;
  return { ...outcome, message: `${call}: it failed (${outcome.kind}) and says no more` };
}

/** The words of an error and of what caused it: `fetch failed` alone explains nothing. */
function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // A name with several addresses fails with an AggregateError, whose message is empty but which has a code.
  const detail = cause.message !== '' || !('code' in cause) ? cause.message : String(cause.code);
  return detail === '' ? error.message : `${error.message}: ${detail}`;
}

function withoutSecret(failure: RefreshFailure, tried: string | null): RefreshFailure {
  if (tried === null || !failure.message.includes(tried)) return failure;
  return { ...failure, message: failure.message.replaceAll(tried, '[token]') };
}
