import type { Clock } from '../clock.ts';
import { Failure } from '../http/failure.ts';
import type { Admission, AdmissionKind, Turnstile } from './index.ts';

export interface Entry {
  readonly admission: Admission;
  readonly turnstile: Turnstile;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * Does `work` when its turn has come.
 *
 * @param work is told whether it is done at once; if not, what was checked before may have changed
 * @throws Failure 503 that says when the caller may come back; and what `work` throws
 */
export async function whenAdmitted<T>(
  entry: Entry,
  kind: AdmissionKind,
  key: string,
  work: (atOnce: boolean) => T,
): Promise<T> {
  const { admission, turnstile, clock } = entry;
  const retryAfterMs = admission.ask(kind, key);
  if (retryAfterMs > 0) throw overloaded(retryAfterMs);
  const from = clock.monotonic();
  return turnstile.pass((atOnce) => {
    if (clock.monotonic() - from > admission.tooLongMs) throw overloaded(admission.sendAway(kind, key));
    try {
      return work(atOnce);
    } finally {
      admission.finished();
    }
  });
}

function overloaded(retryAfterMs: number): Failure {
  return new Failure(
    503,
    'overloaded',
    `More come at once than the relay can take. Your turn is in ${Math.ceil(retryAfterMs / 1000)} s, and asking sooner does not bring it nearer.`,
    { retryAfterMs },
  );
}
