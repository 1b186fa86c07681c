import type { LoadSender } from './load-sender.ts';

/** So many messages a second, in turn on each link, evenly as far as a timer goes. */
export function pacedRun(senders: readonly LoadSender[], rate: number, forMs: number): Promise<void> {
  return new Promise((resolve) => {
    const from = performance.now();
    let sent = 0;
    const tick = (): void => {
      const elapsed = performance.now() - from;
      if (elapsed >= forMs) {
        resolve();
        return;
      }
      for (const due = (elapsed * rate) / 1_000; sent < due; sent += 1) senders[sent % senders.length]?.sendOne();
      setTimeout(tick, 1);
    };
    tick();
  });
}
