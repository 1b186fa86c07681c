import { Command } from 'commander';
import { jsonOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { places, stateHome } from '../places.ts';
import { formatTable } from '../table.ts';

export function clientsCommand(): Command {
  return new Command('clients')
    .summary('list the devices that a relay knows')
    .description('Lists the devices that control hosts, from the data folder of their relay, beside the running relay.')
    .option('--data <dir>', "the relay's data folder")
    .addOption(jsonOption())
    .action(async (flags: { data?: string; json: boolean }) => {
      const { readClients } = await import('@holdfast/relay'); // not for those who only ask for --help
      const clients = readClients(flags.data ?? places.relay(stateHome()));
      const rows = clients.map(({ clientId, displayName, platform, environmentIds, lastSeenAt }) => [
        clientId,
        displayName,
        platform ?? '',
        environmentIds.join(' '),
        lastSeenAt,
      ]);
      const text =
        rows.length === 0
          ? 'No device has paired yet.'
          : formatTable(['device', 'name', 'platform', 'environments', 'last seen'], rows);
      createOutput(flags.json).report({ clients }, text);
    });
}
