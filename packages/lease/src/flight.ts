import { attempt, type Call } from './attempt.ts';
import type { MutableCounts } from './counts.ts';
import { mayAsk } from './decide.ts';
import { LeaseClosedError, type LeaseError } from './errors.ts';
import { failed } from './explain.ts';
import type { Ledger } from './ledger.ts';
import { mayHaveRun } from './may-have-run.ts';
import type { ResolvedOptions } from './options.ts';
import { answerMeta, type RefreshFailure, type RefreshOutcome } from './outcome.ts';
import type { ReenrollBudget } from './reenroll-budget.ts';
import type { Sharing } from './sharing.ts';
import { within } from './within.ts';

export interface FlightContext {
  readonly ledger: Ledger;
  readonly options: ResolvedOptions;
  readonly counts: MutableCounts;
  readonly budget: ReenrollBudget;
  /** Null for a lease without a store. */
  readonly sharing: Sharing | null;
  /** Aborts on close, with a `LeaseClosedError`, and on reset. */
  readonly signal: AbortSignal;
  /** When the flight was decided on: overtaken since, it is not wanted any more. */
  readonly epoch: number;
}

const BUSY: RefreshFailure = {
  kind: 'transient',
  message: 'other processes have been asking for theirs all this time',
};

/**
 * One refresh, when it is this lease's turn. Resolves to null if the callers should look at the record again, else to the error for
 * those who have no token.
 */
export async function fly(context: FlightContext): Promise<LeaseError | null> {
  const { sharing, signal, options, ledger } = context;
  if (sharing === null) return ask(context);
  const entry = await sharing.enter(signal);
  if (entry === 'busy') return failed(options.name, BUSY, ledger.record, ledger.now());
  if (entry === 'look') return signal.reason instanceof LeaseClosedError ? signal.reason : null;
  try {
    return await ask(context);
  } finally {
    const left = sharing.leave();
    // Closing ends every wait at once; anybody else goes on when the others know.
    if (!(signal.reason instanceof LeaseClosedError)) await left;
  }
}

/** From the first request to what came of it: after a 401 one recovery and one more try, after a 404 one enrollment. */
async function ask(context: FlightContext): Promise<LeaseError | null> {
  const { ledger, options, budget, sharing, signal, epoch } = context;
  let call: Call = ledger.record.gone && options.reenroll !== undefined ? 'reenroll' : 'refresh';
  let recovered = false;
  for (;;) {
    if (sharing !== null && !(await sharing.permit())) return null;
    // A flight starts, and goes on, a moment after it was decided on.
    if (signal.reason instanceof LeaseClosedError) return signal.reason;
    if (epoch !== ledger.record.epoch || !mayAsk(ledger.record, ledger.now())) return null;
    const { credentials, held } = ledger.record;
    if (call === 'reenroll') {
      const wait = budget.wait(ledger.now());
      if (wait > 0) return spent(context, wait);
    }
    const outcome = await attempt(context, call);
    if (signal.reason instanceof LeaseClosedError) return signal.reason;
    if (epoch !== ledger.record.epoch) return late(context, outcome);
    ledger.heard(outcome.answer);

    const failure = outcome.kind === 'success' ? land(context, outcome, call) : outcome;
    if (failure === null) return null;
    if (failure.kind === 'transient' || failure.kind === 'invalid') return fail(context, call, failure);

    // 401, 403 and 404 say that the token which was tried is worthless, and that the authority is up.
    if (held !== null) ledger.clear(held.grant.generation, failure.kind);
    ledger.lift(failure.kind);
    if (failure.kind === 'gone') {
      ledger.setGone();
      if (call === 'reenroll' || options.reenroll === undefined) return fail(context, call, failure);
      report(context, call, failure, null);
      call = 'reenroll';
      continue;
    }
    const changed = ledger.record.credentials !== credentials || (!recovered && (await recover(context, failure)));
    if (signal.reason instanceof LeaseClosedError) return signal.reason;
    if (epoch !== ledger.record.epoch) return null;
    if (changed === null) return fail(context, call, failure);
    if (!changed && ledger.record.credentials === credentials) ledger.latch('unauthorized', failure);
    report(context, call, failure, null);
    if (recovered || ledger.record.latch !== null) return failed(options.name, failure, ledger.record, ledger.now());
    recovered = true;
  }
}

/** Takes the token, or says why it is of no use. */
function land(
  context: FlightContext,
  success: RefreshOutcome & { kind: 'success' },
  call: Call,
): RefreshFailure | null {
  const { ledger, counts, budget } = context;
  const grant = ledger.install(success, call);
  if (typeof grant === 'string') {
    return { kind: 'invalid', message: `${call}: ${grant}`, answer: success.answer };
  }
  counts.succeeded += 1;
  if (call === 'reenroll') {
    counts.reenrolled += 1;
    budget.spend(ledger.now());
  }
  return null;
}

/** The token that this answer was meant to replace is no longer the newest: only an overload still tells something. */
function late(context: FlightContext, outcome: RefreshOutcome): LeaseError | null {
  const { ledger, counts, signal } = context;
  counts.late += 1;
  ledger.heard(outcome.answer);
  ledger.events.emit('late-answer', { kind: outcome.kind });
  // After an abort the failure is our own doing.
  if (outcome.kind === 'transient' && !signal.aborted) ledger.defer('transient', outcome);
  return null;
}

/** Sets the deadline, or the latch if a refresh that must not be repeated may have been carried out. */
function fail(context: FlightContext, call: Call, failure: RefreshFailure): LeaseError {
  const { ledger, options } = context;
  if (!options.refreshIsIdempotent && mayHaveRun(failure)) ledger.latch('ambiguous', failure);
  else ledger.defer(failure.kind, failure);
  report(context, call, failure, ledger.retryAt(ledger.now()));
  return failed(options.name, failure, ledger.record, ledger.now());
}

function spent(context: FlightContext, waitMs: number): LeaseError {
  const { ledger, options } = context;
  const message = `the authority forgot this client ${options.reenrollsPerHour} times within an hour of enrolling it; enrolling once more would not help`;
  const failure: RefreshFailure = { kind: 'gone', message };
  ledger.deferFor(waitMs, 'gone', failure);
  return failed(options.name, failure, ledger.record, ledger.now());
}

function report(context: FlightContext, call: Call, failure: RefreshFailure, retryAt: number | null): void {
  const { kind, message, answer } = failure;
  context.counts.failed += 1;
  const event = { call, kind, message, retryAt, answer: answer ? answerMeta(answer) : null };
  context.ledger.events.emit('refresh-failed', event);
}

/** Null when the recovery itself failed: the credentials may be good or bad, and a deadline must do. */
async function recover(context: FlightContext, failure: RefreshFailure): Promise<boolean | null> {
  const { ledger, options, signal } = context;
  const { recover: call } = options;
  if (call === undefined) return false;
  let changed: boolean | null = null;
  try {
    changed = await within(options.clock, options.timeoutMs, signal, (inner) => call(failure, inner));
  } catch {
    // `changed` says it.
  }
  ledger.events.emit('recovered', { changed });
  return changed;
}
