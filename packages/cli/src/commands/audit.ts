import type { AuditEntry } from '@holdfast/relay';
import { Command, InvalidArgumentError } from 'commander';
import { jsonOption, relayDataOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { relayFolder } from '../places.ts';

export function auditCommand(): Command {
  return new Command('audit')
    .summary('show who paired, connected and was revoked, from where')
    .description(
      "Shows a relay's audit log, the oldest entry first, from its data folder, beside the running relay. With --json one entry a line; its id is what --after goes on from.",
    )
    .addOption(relayDataOption())
    .option('--after <id>', 'only what came after that entry', parseId, 0)
    .addOption(jsonOption())
    .action(async (flags: { data?: string; after: number; json: boolean }) => {
      const { readAudit } = await import('@holdfast/relay'); // not for those who only ask for --help
      const output = createOutput(flags.json);
      for (const entry of readAudit(relayFolder(flags.data), { after: flags.after })) {
        output.report(entry, describe(entry));
      }
    });
}

function describe({ at, event, address, serverId, clientId, detail }: AuditEntry): string {
  const parts = [at, event, `from ${address ?? 'this machine'}`, serverId, clientId, detail];
  // what others named themselves cannot move the cursor
  return parts
    .filter((part) => part !== null)
    .join('  ')
    .replace(/\p{Cc}+/gu, ' ');
}

function parseId(text: string): number {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 0) throw new InvalidArgumentError('It is the id of an entry, a whole number.');
  return id;
}
