import type { Clock } from '../clock.ts';
import { Failure } from '../http/failure.ts';
import type { Admission, AdmissionKind, Turnstile } from './index.ts';

export interface Entry {
  readonly admission: Admission;
  readonly turnstile: Turnstile;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** What comes of `work`. */
export interface Outcome<T> {
  done(result: T): void;
  /** With a 503 that says when the caller may come back, or with what `work` threw. */
  failed(error: unknown): void;
}

/**
 * Does `work` when its turn has come.
 *
 * @param work is told whether it is done at once; if not, what was checked before may have changed
 */
export function admit<T>(
  { admission, turnstile, clock }: Entry,
  [kind, key]: readonly [AdmissionKind, string],
  work: (atOnce: boolean) => T,
  { done, failed }: Outcome<T>,
): void {
  const retryAfterMs = admission.ask(kind, key);
  if (retryAfterMs > 0) {
    failed(overloaded(retryAfterMs));
    return;
  }
  const from = clock.monotonic();
  turnstile.pass((atOnce) => {
    if (clock.monotonic() - from > admission.tooLongMs) {
      failed(overloaded(admission.sendAway(kind, key)));
      return;
    }
    let result: T;
    try {
      result = work(atOnce);
    } catch (error) {
      failed(error);
      return;
    } finally {
      admission.finished();
    }
    done(result);
  });
}

/** The same as a promise. @throws Failure 503 that says when the caller may come back; and what `work` throws */
export function whenAdmitted<T>(entry: Entry, kind: AdmissionKind, key: string, work: () => T): Promise<T> {
  return new Promise((done, failed) => admit(entry, [kind, key], work, { done, failed }));
}

function overloaded(retryAfterMs: number): Failure {
  return new Failure(
    503,
    'overloaded',
    `More come at once than the relay can take. Your turn is in ${Math.ceil(retryAfterMs / 1000)} s, and asking sooner does not bring it nearer.`,
    { retryAfterMs },
  );
}
