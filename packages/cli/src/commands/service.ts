import { realpathSync } from 'node:fs';
import { fileCredentials } from '@holdfast/host';
import { Argument, Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { jsonOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { places, stateHome } from '../places.ts';
import { defineService, type ServiceProgram, secretsFile } from '../service/definition.ts';
import { describeService } from '../service/describe.ts';
import { Launchd } from '../service/launchd.ts';
import type { ServiceManager } from '../service/manager.ts';
import { type System, thisSystem } from '../service/system.ts';
import { Systemd } from '../service/systemd.ts';
import { forwardCommand } from './forward.ts';
import { hostCommand } from './host.ts';
import { relayCommand } from './relay.ts';

interface ServiceFlags {
  manager?: ManagerName;
  json: boolean;
}

type ManagerName = keyof typeof MANAGERS;

const MANAGERS = { systemd: Systemd, launchd: Launchd } as const;
const COMMANDS: Record<ServiceProgram, () => Command> = {
  host: hostCommand,
  relay: relayCommand,
  forward: forwardCommand,
};

export function serviceCommand(): Command {
  const service = new Command('service')
    .summary('keep a host, a relay or a forwarder running: from login or boot on, and after a crash')
    .description("Works with the user's own systemd, or launchd on macOS. Needs no root.")
    .enablePositionalOptions();
  const programArgument = () => new Argument('<program>', 'which').choices(Object.keys(COMMANDS));
  const subcommand = (name: string) =>
    service
      .command(name)
      .addOption(new Option('--manager <manager>', 'whose (default: by platform)').choices(Object.keys(MANAGERS)))
      .addOption(jsonOption());

  subcommand('install')
    .summary('have it run, with this command line, now and from now on')
    .description(
      'Writes a unit for `holdfast PROGRAM ARGS…`, with the environment that matters of this shell, and starts it. The same again changes nothing, another command line replaces the one before. Its own options come before PROGRAM; what comes after is the program’s.',
    )
    .passThroughOptions() // what follows the program is the program's
    .addArgument(programArgument())
    .argument('[args...]', 'its options, such as --relay https://relay.example.org -- codex app-server')
    .option('--dry-run', 'print the unit, and change nothing', false)
    .action(async (program: ServiceProgram, args: string[], flags: ServiceFlags & { dryRun: boolean }) =>
      install(program, args, flags),
    );
  subcommand('uninstall')
    .summary('stop it and remove its unit; its data stays')
    .addArgument(programArgument())
    .action(async (program: ServiceProgram, flags: ServiceFlags) => {
      const { changed, unit } = await managerFor(flags).uninstall(program);
      const text = changed
        ? `The ${program} was stopped, and ${unit} removed.`
        : `There was no service of a ${program}.`;
      createOutput(flags.json).report({ program, changed, unit }, text);
    });
  subcommand('status')
    .summary('whether it runs, since when, and how it last ended')
    .addArgument(programArgument())
    .action(async (program: ServiceProgram, flags: ServiceFlags) => {
      const status = await managerFor(flags).status(program);
      createOutput(flags.json).report({ program, ...status }, describeService(program, status));
      if (status.state !== 'running') process.exitCode = exitCodes.unavailable;
    });
  return service;
}

/** What npx fetched may be cleared away under a service. */
const OF_NPX =
  'It runs from the cache of npx, which npm may clear; better: npm install -g holdfast, and install the service again.';

async function install(
  program: ServiceProgram,
  args: string[],
  flags: ServiceFlags & { dryRun: boolean },
): Promise<void> {
  const system = thisSystem(process.env);
  const manager = managerFor(flags, system);
  await requireUsable(program, args);
  const script = realpathSync(process.argv[1] ?? '');
  const definition = defineService({
    program,
    args,
    node: process.execPath,
    script,
    cwd: process.cwd(),
    env: process.env,
    secretsFile: secretsFile(system.config, program),
  });
  const output = createOutput(flags.json);
  if (flags.dryRun) {
    const unit = manager.render(definition);
    output.report({ program, dryRun: true, unit, secrets: Object.keys(definition.secrets) }, unit.trimEnd());
    return;
  }
  const { changed, unit, advice } = await manager.install(definition);
  const all = script.includes('/_npx/') ? [...advice, OF_NPX] : advice;
  const text = changed
    ? `The ${program} runs as a service; its unit is ${unit}`
    : `Nothing has changed: the ${program} runs already.`;
  output.report({ program, changed, unit, advice: all }, [text, ...all].join('\n'));
}

/** A command line that the program would refuse is refused here, and not by a service that nobody looks at. */
async function requireUsable(program: ServiceProgram, args: string[]): Promise<void> {
  const command = COMMANDS[program]()
    .exitOverride()
    .action(() => {});
  if (command.commands.some((sub) => sub.name() === args[0])) {
    throw new CliError(exitCodes.usage, `\`holdfast ${program} ${args[0]}\` ends by itself: it is no service.`);
  }
  await command.parseAsync(args, { from: 'user' });
  if (program !== 'host') return;
  const { relay } = command.opts<{ relay: string }>();
  if (fileCredentials(places.account(stateHome(), relay)).read() !== null) return;
  throw new CliError(
    exitCodes.refused,
    `A service has its account from \`holdfast login\`, since what stands in a unit or an environment is easily read by others. Log in first: holdfast login --relay ${relay}`,
  );
}

function managerFor({ manager }: ServiceFlags, system: System = thisSystem(process.env)): ServiceManager {
  if (manager !== undefined) return new MANAGERS[manager](system);
  if (process.platform === 'linux') return new Systemd(system);
  if (process.platform === 'darwin') return new Launchd(system);
  throw new CliError(
    exitCodes.failed,
    `Holdfast knows no service manager of ${process.platform}; run \`holdfast host\` under one of your own.`,
  );
}
