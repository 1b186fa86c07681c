import type { HostStatus } from '@holdfast/host';
import { Command } from 'commander';
import { ControlClient } from '../control-client.ts';
import { jsonOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { findControlSocket } from '../places.ts';
import { aborted, stopSignal } from '../stop-signal.ts';

export function statusCommand(): Command {
  return new Command('status')
    .summary('what the host on this machine is doing, and why')
    .option('--data <dir>', 'the data folder of the host, or of an `up`')
    .option('--watch', 'go on, and tell every change', false)
    .addOption(jsonOption())
    .action(async (flags: { data?: string; watch: boolean; json: boolean }) => {
      const output = createOutput(flags.json);
      const show = (status: HostStatus) => output.report(status, describe(status));
      const client = await ControlClient.open(findControlSocket(flags.data), (method, params) => {
        if (method === 'holdfast/status/changed' && flags.watch) show(params as HostStatus); // our own host says so
      });
      show((await client.call('holdfast/status')) as HostStatus); // likewise
      if (flags.watch) await Promise.race([client.closed, aborted(stopSignal())]);
      client.close();
    });
}

function describe({ status, reason, serverName, environmentId, relay, link, lease, streams }: HostStatus): string {
  const rows: [string, string][] = [
    ['status', `${status}: ${reason}`],
    ['host', `${serverName} (environment ${environmentId ?? 'none yet'})`],
    ['relay', relay],
    [
      'link',
      `${link.state} since ${link.since}${link.nextAttemptAt === null ? '' : `, next try ${link.nextAttemptAt}`}`,
    ],
    [
      'lease',
      `${lease.state}${lease.expiresAt === null ? '' : `, token good until ${lease.expiresAt}`}${lease.retryAt === null ? '' : `, relay asked again at ${lease.retryAt}`}`,
    ],
    [
      'streams',
      streams.length === 0
        ? 'none'
        : streams
            .map((stream) => `${stream.streamId} since ${stream.since}, ${stream.unacked} unacked`)
            .join('\n          '),
    ],
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n');
}
