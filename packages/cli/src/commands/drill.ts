import { type Drill, DrillEndpoint, DrillFault, type DrillList } from '@holdfast/wire';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { askRunningRelay, type OperatorFlags } from '../operate-relay.ts';
import { jsonOption, relayDataOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { formatTable } from '../table.ts';

interface StartFlags extends OperatorFlags {
  on?: string[];
  share?: number;
  retryAfter?: number;
  for: number;
}

export function drillCommand(): Command {
  const drill = new Command('drill')
    .summary('rehearse a bad day: have a running relay answer wrongly for a while')
    .description(
      'Starts, stops and lists the drills of a relay on this machine. It has to have been started with --drills operator or --drills devices.',
    );
  const subcommand = (name: string) => drill.command(name).addOption(relayDataOption()).addOption(jsonOption());

  subcommand('start')
    .summary('begin one; it ends by itself')
    .addArgument(new Argument('<fault>', 'what goes wrong').choices(DrillFault.options))
    .addOption(
      new Option('--on <endpoints...>', 'where (default: all that the fault fits)').choices(DrillEndpoint.options),
    )
    .option('--share <share>', 'of how many of the calls, such as 0.5 or 50%', parseShare)
    .option('--retry-after <seconds>', 'what 502, 503, 429 and 500 say beside', parseWhole)
    .option('--for <seconds>', 'how long, at most 3600', parseWhole, 60)
    .action(async (fault: DrillFault, flags: StartFlags) => {
      const started = await askRunningRelay<{ drill: Drill }>(flags, 'drill/start', {
        fault,
        endpoints: flags.on,
        share: flags.share,
        retry_after_seconds: flags.retryAfter,
        duration_seconds: flags.for,
      });
      const { id, endpoints, ends_at } = started.drill;
      const text = `Drill ${id} has begun: ${fault} on ${endpoints.join(', ')}, until ${ends_at}.\nIt ends by itself, or by: holdfast drill stop ${id}`;
      createOutput(flags.json).report(started, text);
    });
  subcommand('stop')
    .summary('end one, or all of them')
    .argument('[id]', 'which (default: all)')
    .action(async (id: string | undefined, flags: OperatorFlags) => {
      const ended = await askRunningRelay<{ stopped: Drill[] }>(flags, 'drill/stop', { id });
      const text =
        ended.stopped.length === 0
          ? 'No drill was under way.'
          : `Over: ${ended.stopped.map((one) => one.id).join(', ')}`;
      createOutput(flags.json).report(ended, text);
    });
  subcommand('list')
    .summary('those under way')
    .action(async (flags: OperatorFlags) => {
      const list = await askRunningRelay<DrillList>(flags, 'drill/list');
      createOutput(flags.json).report(list, describe(list));
    });
  return drill;
}

function describe({ allowed, drills }: DrillList): string {
  if (drills.length > 0) {
    const rows = drills.map(({ id, fault, endpoints, share, retry_after_seconds, met = 0, ends_at }) => [
      id,
      fault,
      endpoints.join(' '),
      `${Number((share * 100).toPrecision(3))} %`,
      retry_after_seconds === null ? '' : String(retry_after_seconds),
      String(met),
      ends_at,
    ]);
    return formatTable(['drill', 'fault', 'on', 'share', 'retry-after', 'met', 'until'], rows);
  }
  return allowed ? 'No drill is under way.' : 'No drill is under way, and this relay was started without --drills.';
}

function parseShare(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const share = Number(match?.[1]) / (match?.[2] === '%' ? 100 : 1);
  if (!(share > 0 && share <= 1)) throw new InvalidArgumentError('It is above 0 and at most 1, or as percent.');
  return share;
}

function parseWhole(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 0 || text.trim() === '')
    throw new InvalidArgumentError('It is a whole number of seconds.');
  return seconds;
}
