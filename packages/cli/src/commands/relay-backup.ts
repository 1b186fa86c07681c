import { resolve } from 'node:path';
import type { BackupMade } from '@holdfast/relay';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { type OperatorFlags, operateRelay } from '../operate-relay.ts';
import { jsonOption, relayDataOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { relayFolder } from '../places.ts';

export function relayBackupCommand(): Command {
  return new Command('backup')
    .summary('copy its database into one file, while it runs')
    .description(
      'Copies the database of a relay into FILE, whole or not at all, while it runs or while it does not. It holds messages in the clear: keep it as you keep the relay.',
    )
    .argument('<file>', 'where to; mode 0600')
    .addOption(relayDataOption())
    .option('--force', 'in place of a file that is there', false)
    .addOption(jsonOption())
    .action(async (file: string, { force, ...own }: OperatorFlags & { force: boolean }, command: Command) => {
      const flags = withRelayFlags(own, command);
      const params = { file: resolve(file), force };
      const made = await operateRelay<BackupMade>(flags, 'relay/backup', params);
      createOutput(flags.json).report(made, `Wrote ${made.file} (${made.bytes} bytes).`);
    });
}

export function relayRestoreCommand(): Command {
  return new Command('restore')
    .summary('put a backup in place of its database, while it does not run')
    .description(
      'Checks a backup, brings it forward and puts it in place of the database of a relay that does not run; the former one is kept beside it. What was paired since the backup has to pair again; what was revoked since is back, and to be revoked again.',
    )
    .argument('<file>', 'a file that `holdfast relay backup` wrote')
    .addOption(relayDataOption())
    .addOption(jsonOption())
    .action(async (file: string, own: OperatorFlags, command: Command) => {
      const flags = withRelayFlags(own, command);
      const { RelayError, restoreRelay } = await import('@holdfast/relay'); // not for those who only ask for --help
      const restored = await restoreRelay(relayFolder(flags.data), resolve(file)).catch((error: unknown) => {
        throw error instanceof RelayError ? new CliError(exitCodes.failed, error.message, { cause: error }) : error;
      });
      const { file: database, aside } = restored;
      const kept = aside === null ? '' : `\nThe former one is ${aside}; delete it when all is well.`;
      createOutput(flags.json).report(restored, `Restored ${database}.${kept}`);
    });
}

/** `holdfast relay --data DIR backup FILE` means the same as with the option behind. */
function withRelayFlags({ data, json }: OperatorFlags, command: Command): OperatorFlags {
  const before = command.parent?.opts<Partial<OperatorFlags>>();
  const folder = data ?? before?.data;
  return { json: json || before?.json === true, ...(folder === undefined ? {} : { data: folder }) };
}
