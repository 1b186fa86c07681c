import type { DrillPermission, RelayOptions } from '@holdfast/relay';
import { type Command, Option } from 'commander';
import { CliError } from './cli-error.ts';
import { readDrillFile } from './drill-file.ts';
import { exitCodes } from './exit-codes.ts';
import { parseListen, publicUrlOption, trustProxyOption, wholeNumber } from './options.ts';

/** How a relay is reached: the same for `relay` and for `up`. */
export interface RelayFlags {
  readonly listen: { readonly host: string; readonly port: number };
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecure: boolean;
  readonly publicUrl?: string;
  readonly trustProxy: number;
  readonly drainGrace: number;
  readonly drills: DrillPermission;
  readonly drill?: string;
}

const LISTEN = '127.0.0.1:7420';

export function addRelayFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--listen <host:port>', 'where the relay listens; port 0 picks a free one')
        .argParser(parseListen)
        .default(parseListen(LISTEN), LISTEN),
    )
    .option(
      '--tls-cert <file>',
      'speak TLS with this certificate (PEM, its chain behind it); read again when it changes',
    )
    .option('--tls-key <file>', 'its key (PEM, not encrypted, not readable by others)')
    .option('--insecure', 'listen beyond loopback without TLS', false)
    .addOption(publicUrlOption())
    .addOption(trustProxyOption())
    .option(
      '--drain-grace <seconds>',
      'how long its end may take: requests are answered, peers take leave',
      wholeNumber(1, 600, 'seconds'),
      5,
    )
    .addOption(
      new Option('--drills <who>', 'who may start drills while it runs: nobody, its operator, or paired devices too')
        .choices(['off', 'operator', 'devices'])
        .default('off'),
    )
    .option('--drill <file>', 'drills that begin as it starts, as JSON; see docs/operations.md');
}

/** @throws CliError when one of two that belong together is missing, or a drill is none */
export function relayOptions(flags: RelayFlags): Omit<RelayOptions, 'dataDir'> {
  const { listen, insecure, publicUrl, trustProxy, tlsCert, tlsKey, drills, drill } = flags;
  const startDrills = drill === undefined ? [] : readDrillFile(drill);
  const reach = { listen, allowInsecure: insecure, publicUrl, trustProxy, drills, startDrills };
  if (tlsCert !== undefined && tlsKey !== undefined) return { ...reach, tls: { cert: tlsCert, key: tlsKey } };
  if (tlsCert === undefined && tlsKey === undefined) return reach;
  const [given, missing] = tlsCert === undefined ? ['--tls-key', '--tls-cert'] : ['--tls-cert', '--tls-key'];
  throw new CliError(exitCodes.usage, `${given} wants ${missing} beside it: TLS needs a certificate and its key.`);
}

/** What `up` logs unless it is told otherwise: nothing, but a drill has to be heard of. */
export function quietLogLevel({ drills, drill }: RelayFlags): 'silent' | 'warn' {
  return drills === 'off' && drill === undefined ? 'silent' : 'warn';
}

/** What a process may take beyond the relay's own end, in milliseconds. */
const REST_MS = 5_000;

/** How long the whole process may take to end, in milliseconds. */
export function endingMs({ drainGrace }: RelayFlags): number {
  return drainGrace * 1000 + REST_MS;
}
