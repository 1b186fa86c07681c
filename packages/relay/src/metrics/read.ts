import type { Services } from '../services.ts';

/** What a relay counts, and how it is at this moment, as Prometheus reads it. */
export function readMetrics(services: Services): Promise<string> {
  const { metrics, presence, ports, streams, mailbox, admission, loopDelay, switchboard } = services;
  return metrics.read({
    hosts: presence.count(),
    links: ports.count,
    streams: streams.counts(),
    mail: mailbox.total,
    pressure: admission.snapshot(),
    loopDelayMs: loopDelay.ms(),
    ready: switchboard.condition === 'ready',
  });
}
