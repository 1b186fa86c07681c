import { Command } from 'commander';
import { jsonOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { places, stateHome } from '../places.ts';
import { formatTable } from '../table.ts';

export function environmentsCommand(): Command {
  return new Command('environments')
    .summary("list a relay's hosts")
    .description('Lists the hosts that a relay knows, from its data folder, beside the running relay.')
    .option('--data <dir>', "the relay's data folder")
    .addOption(jsonOption())
    .action(async (flags: { data?: string; json: boolean }) => {
      const { readEnvironments } = await import('@holdfast/relay'); // not for those who only ask for --help
      const environments = readEnvironments(flags.data ?? places.relay(stateHome()));
      const rows = environments.map(({ environmentId, displayName, os, arch, clients, lastSeenAt }) => [
        environmentId,
        displayName,
        `${os} ${arch}`,
        String(clients),
        lastSeenAt,
      ]);
      const text =
        rows.length === 0
          ? 'No host has enrolled yet.'
          : formatTable(['environment', 'name', 'system', 'devices', 'last seen'], rows);
      createOutput(flags.json).report({ environments }, text);
    });
}
