import type { Host } from '@holdfast/host';
import type { Output } from './output.ts';

/** Tells every new state of a host, in its own words; not each second of a countdown. Returns what ends that. */
export function tellStatus(host: Host, output: Output): () => void {
  let told = '';
  return host.watch(() => {
    const { status, reason, link, lease } = host.status();
    const news = `${status} ${link.state} ${link.lastError} ${lease.reason}`;
    if (news === told || link.state === 'connecting') return;
    told = news;
    if (output.json)
      output.report(
        { event: 'status', status, reason, nextAttemptAt: link.nextAttemptAt, retryAt: lease.retryAt },
        reason,
      );
    else output.tell(`${new Date().toTimeString().slice(0, 8)}  ${reason}`);
  });
}
