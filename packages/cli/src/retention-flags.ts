import type { RelayOptions } from '@holdfast/relay';
import type { Command } from 'commander';
import { wholeNumber } from './options.ts';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long a relay keeps what nobody needs any more. */
export interface RetentionFlags {
  /** Hours. */
  readonly mailKeep: number;
  /** Days. */
  readonly auditKeep?: number;
  readonly deviceKeep?: number;
}

export function addRetentionFlags(command: Command): Command {
  return command
    .option('--mail-keep <hours>', 'how long messages wait for a peer that is away', wholeNumber(1, 720, 'hours'), 24)
    .option(
      '--audit-keep <days>',
      'delete entries of the audit log that are older (default: never)',
      wholeNumber(7, 36_500, 'days'),
    )
    .option(
      '--device-keep <days>',
      'remove devices that did not come for so long (default: never)',
      wholeNumber(1, 36_500, 'days'),
    );
}

export function retentionOptions(flags: RetentionFlags): Pick<RelayOptions, 'bounds' | 'retention'> {
  const { mailKeep, auditKeep, deviceKeep } = flags;
  return {
    bounds: { mailLifeMs: mailKeep * HOUR_MS },
    retention: {
      ...(auditKeep === undefined ? {} : { auditMs: auditKeep * DAY_MS }),
      ...(deviceKeep === undefined ? {} : { deviceMs: deviceKeep * DAY_MS }),
    },
  };
}
