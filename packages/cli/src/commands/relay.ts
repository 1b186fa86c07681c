import { Command } from 'commander';
import type { LevelWithSilent } from 'pino';
import { configurable } from '../configuration.ts';
import { launchRelay } from '../launch-relay.ts';
import { openMetrics } from '../open-metrics.ts';
import { createLogger, jsonOption, logLevelOption, metricsOption, wholeNumber } from '../options.ts';
import { createOutput } from '../output.ts';
import { pageFolder } from '../page-folder.ts';
import { places, stateHome } from '../places.ts';
import { addRelayFlags, endingMs, type RelayFlags, relayOptions } from '../relay-flags.ts';
import { addRetentionFlags, type RetentionFlags, retentionOptions } from '../retention-flags.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { relayBackupCommand, relayRestoreCommand } from './relay-backup.ts';
import { relayMetricsCommand } from './relay-metrics.ts';

interface Flags extends RelayFlags, RetentionFlags {
  data?: string;
  tokenLife: number;
  metrics?: { host: string; port: number };
  json: boolean;
  logLevel: LevelWithSilent;
}

export function relayCommand(): Command {
  const command = new Command('relay')
    .summary('run a relay, where hosts and controllers meet')
    .description(
      'Runs a relay. The first start makes its database and an owner account; `holdfast account token` shows that account.',
    );
  for (const subcommand of [relayBackupCommand, relayRestoreCommand, relayMetricsCommand])
    command.addCommand(subcommand());
  addRetentionFlags(addRelayFlags(command))
    .option('--data <dir>', 'its data folder (default: relay in $HOLDFAST_HOME or the XDG state folder)')
    .option(
      '--token-life <seconds>',
      'life of the server tokens it gives to hosts',
      wholeNumber(5, 86_400, 'seconds'),
      3600,
    )
    .addOption(metricsOption())
    .addOption(jsonOption())
    .addOption(logLevelOption().default('warn'))
    .action(async (flags: Flags) => runRelay(flags));
  return configurable(command, {
    program: 'relay',
    defaults: { data: places.relay(stateHome()) },
    takesCommand: false,
  });
}

async function runRelay(flags: Flags): Promise<void> {
  const output = createOutput(flags.json);
  const stop = stopSignal(endingMs(flags));
  const dataDir = flags.data ?? places.relay(stateHome());
  const relay = await launchRelay({
    ...relayOptions(flags),
    ...retentionOptions(flags),
    dataDir,
    tokenLifeMs: flags.tokenLife * 1000,
    pageFolder: pageFolder(),
    logger: createLogger(flags.logLevel),
  });
  const metrics = await openMetrics(relay, flags.metrics).catch(async (error: unknown) => {
    await relay.close({ graceMs: flags.drainGrace * 1000 });
    throw error;
  });
  output.report(
    { event: 'listening', url: relay.url, base: relay.base, publicUrl: relay.publicUrl },
    `The relay listens at ${relay.url}\nIts data is in ${dataDir}\n\nA host joins with:\n  holdfast account token --data ${dataDir}\n  holdfast login --relay ${relay.publicUrl}\n  holdfast host --relay ${relay.publicUrl} -- COMMAND`,
  );
  if (metrics !== null) output.report({ event: 'metrics', url: metrics.url }, `Metrics at ${metrics.url}`);
  await aborted(stop);
  await metrics?.close();
  await relay.close({ graceMs: flags.drainGrace * 1000 });
  output.report({ event: 'stopped' }, 'The relay has stopped.');
}
