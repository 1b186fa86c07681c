import type { ClientSummary } from '@holdfast/relay';
import { Command } from 'commander';
import { type OperatorFlags, operateRelay } from '../operate-relay.ts';
import { jsonOption, relayDataOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { formatTable } from '../table.ts';

export function clientsCommand(): Command {
  const clients = new Command('clients')
    .summary('the devices that a relay knows: lists, renames, revokes')
    .description('Looks after the devices that control hosts, on the machine of their relay, whether it runs or not.');
  const subcommand = (name: string, options?: { isDefault: boolean }) =>
    clients.command(name, options).addOption(relayDataOption()).addOption(jsonOption());

  subcommand('list', { isDefault: true })
    .summary('list them, and the hosts that each controls')
    .action(async (flags: OperatorFlags) => {
      const found = await operateRelay<{ clients: ClientSummary[] }>(flags, 'clients/list');
      const rows = found.clients.map(({ clientId, displayName, platform, environmentIds, links, lastSeenAt }) => [
        clientId,
        displayName,
        platform ?? '',
        environmentIds.join(' '),
        links > 0 ? 'now' : lastSeenAt,
      ]);
      const text =
        rows.length === 0
          ? 'No device has paired yet.'
          : formatTable(['device', 'name', 'platform', 'environments', 'connected'], rows);
      createOutput(flags.json).report(found, text);
    });
  subcommand('rename')
    .summary('give one another name')
    .argument('<device>', 'its id, or the name that it has')
    .argument('<name>', 'what it is to be called')
    .action(async (client: string, name: string, flags: OperatorFlags) => {
      const renamed = await operateRelay<{ client: ClientSummary }>(flags, 'clients/rename', { client, name });
      const { clientId, displayName } = renamed.client;
      createOutput(flags.json).report(renamed, `${clientId} is now called ${displayName}.`);
    });
  subcommand('revoke')
    .summary('take a device all its hosts away, at once')
    .description(
      'Revokes a device: its links are closed at once, its streams end on every host, its tokens and its refresh are refused. It has to pair again with a new code.',
    )
    .argument('<device>', 'its id, or its name')
    .action(async (client: string, flags: OperatorFlags) => {
      const revoked = await operateRelay<{ client: ClientSummary }>(flags, 'clients/revoke', { client });
      const { clientId, displayName } = revoked.client;
      createOutput(flags.json).report(revoked, `Revoked ${displayName} (${clientId}).`);
    });
  return clients;
}
