import type { HostStatus } from '@holdfast/host';
import type { LocalSocketClient } from '@holdfast/local-socket';
import { Command, Option } from 'commander';
import { callProgram } from '../call-program.ts';
import { LiveView } from '../live-view.ts';
import { jsonOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { findControlSocket } from '../places.ts';
import { describeStatus } from '../status-view.ts';
import { aborted, stopSignal } from '../stop-signal.ts';

interface StatusFlags {
  data?: string;
  watch: boolean;
  metrics: boolean;
  json: boolean;
}

/** A live view counts down, so it is drawn this often, in milliseconds. */
const REDRAW_MS = 1_000;

export function statusCommand(): Command {
  return new Command('status')
    .summary('what the host on this machine is doing, and why')
    .option('--data <dir>', 'the data folder of the host, or of an `up`')
    .option('--watch', 'go on, and show every change: in place on a terminal, else one after the other', false)
    .addOption(
      new Option('--metrics', 'what the host counts, as Prometheus reads it').default(false).conflicts('watch'),
    )
    .addOption(jsonOption())
    .action(async (flags: StatusFlags) => {
      if (flags.metrics) return showMetrics(flags);
      const show = shower(flags);
      const client = await callProgram('host', findControlSocket(flags.data), (method, params) => {
        if (method === 'holdfast/status/changed' && flags.watch) show(params as HostStatus); // our own host says so
      });
      const ask = async () => show((await client.call('holdfast/status')) as HostStatus); // likewise
      await ask();
      if (flags.watch) await watch(client, isLive(flags) ? ask : null, createOutput(flags.json).tell);
      client.close();
    });
}

async function showMetrics({ data, json }: StatusFlags): Promise<void> {
  const client = await callProgram('host', findControlSocket(data));
  const metrics = (await client.call('holdfast/metrics')) as { contentType: string; text: string }; // our own host's answer
  client.close();
  createOutput(json).report(metrics, metrics.text.trimEnd());
}

function isLive({ watch, json }: StatusFlags): boolean {
  return watch && !json && process.stdout.isTTY;
}

function shower(flags: StatusFlags): (status: HostStatus) => void {
  const describe = (status: HostStatus) => describeStatus(status, Date.now());
  if (isLive(flags)) {
    const view = new LiveView(process.stdout);
    return (status) => view.show(describe(status));
  }
  const output = createOutput(flags.json);
  return (status) => output.report(status, describe(status));
}

/** Until the host stops, or this command is told to. */
async function watch(
  client: LocalSocketClient,
  redraw: (() => Promise<void>) | null,
  tell: (text: string) => void,
): Promise<void> {
  const stop = stopSignal();
  // Whether the host is gone is told below.
  const timer = redraw === null ? undefined : setInterval(() => void redraw().catch(() => {}), REDRAW_MS);
  await Promise.race([client.closed, aborted(stop)]);
  if (!stop.aborted) tell('The host has stopped.');
  clearInterval(timer);
}
