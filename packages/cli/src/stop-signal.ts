/** How long an orderly end may take before the process ends anyway, in milliseconds. */
const GRACE_MS = 10_000;

/** Aborts on the first SIGINT, SIGTERM or SIGHUP; on the second, or when the grace is over, the process ends with 1. */
export function stopSignal(graceMs = GRACE_MS): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1);
      stop.abort();
      setTimeout(() => process.exit(1), graceMs).unref();
    });
  }
  return stop.signal;
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
