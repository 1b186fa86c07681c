import type { Clock } from './clock.ts';
import { LeaseClosedError } from './errors.ts';

/** A call took longer than it may. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no complete answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/**
 * Gives `call` a signal that aborts when `outer` does or the time is up, and waits for it no longer than that time.
 *
 * Closing the lease ends the wait at once. Any other abort waits until the call has let go, so that a request which follows
 * never runs beside this one.
 */
export function within<T>(
  clock: Clock,
  timeoutMs: number,
  outer: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (outer.aborted) return reject(outer.reason);
    const inner = new AbortController();
    const onAbort = (): void => {
      inner.abort(outer.reason);
      if (outer.reason instanceof LeaseClosedError) settle(() => reject(outer.reason));
    };
    const timer = clock.setTimer(timeoutMs, () => {
      const error = new TimeoutError(timeoutMs);
      inner.abort(error);
      settle(() => reject(error));
    });
    const settle = (how: () => void): void => {
      timer.cancel();
      outer.removeEventListener('abort', onAbort);
      how();
    };
    outer.addEventListener('abort', onAbort);
    // A call that throws before it returns a promise is caught like one that rejects.
    new Promise<T>((started) => started(call(inner.signal))).then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

/** Waits for `promise`, which never rejects, unless the caller gives up first. Nobody else notices that. */
export function detachable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void promise.then((value) => {
      signal.removeEventListener('abort', onAbort);
      resolve(value);
    });
  });
}
