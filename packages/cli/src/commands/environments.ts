import type { EnvironmentSummary } from '@holdfast/relay';
import { Command } from 'commander';
import { type OperatorFlags, operateRelay } from '../operate-relay.ts';
import { jsonOption, relayDataOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { formatTable } from '../table.ts';

export function environmentsCommand(): Command {
  const environments = new Command('environments')
    .summary("a relay's hosts: lists, renames, removes")
    .description('Looks after the hosts that a relay knows, on its machine, whether it runs or not.');
  const subcommand = (name: string, options?: { isDefault: boolean }) =>
    environments.command(name, options).addOption(relayDataOption()).addOption(jsonOption());

  subcommand('list', { isDefault: true })
    .summary('list them, and say which are online, else since when and why not')
    .action(async (flags: OperatorFlags) => {
      const found = await operateRelay<{ environments: EnvironmentSummary[] }>(flags, 'environments/list');
      const rows = found.environments.map((environment) => [
        environment.environmentId,
        environment.displayName,
        `${environment.os} ${environment.arch}`,
        String(environment.clients),
        state(environment),
      ]);
      const text =
        rows.length === 0
          ? 'No host has enrolled yet.'
          : formatTable(['environment', 'name', 'system', 'devices', 'state'], rows);
      createOutput(flags.json).report(found, text);
    });
  subcommand('rename')
    .summary('give one another name')
    .argument('<environment>', 'its id, or the name that it has')
    .argument('<name>', 'what it is to be called; its own name stays beside that')
    .action(async (environment: string, name: string, flags: OperatorFlags) => {
      const params = { environment, name };
      const renamed = await operateRelay<{ environment: EnvironmentSummary }>(flags, 'environments/rename', params);
      const { environmentId, displayName } = renamed.environment;
      createOutput(flags.json).report(renamed, `${environmentId} is now called ${displayName}.`);
    });
  subcommand('remove')
    .summary('remove one, and end everything on it')
    .description(
      'Removes a host: its link is closed at once, its streams end, and the devices that were paired with it are not any more. A host that still runs and has an account enrolls as a new one; stop it first where it is not to.',
    )
    .argument('<environment>', 'its id, or its name')
    .action(async (environment: string, flags: OperatorFlags) => {
      const removed = await operateRelay<{ environment: EnvironmentSummary }>(flags, 'environments/remove', {
        environment,
      });
      const { environmentId, displayName } = removed.environment;
      createOutput(flags.json).report(removed, `Removed ${displayName} (${environmentId}).`);
    });
  return environments;
}

function state({ online, busy, offlineSince, offlineReason }: EnvironmentSummary): string {
  if (online) return busy ? 'online, busy' : 'online';
  return `offline since ${offlineSince}: ${offlineReason}`;
}
