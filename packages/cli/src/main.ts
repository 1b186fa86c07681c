import { Command, CommanderError } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { version } from './version.ts';

/** In the order of `--help`. Each is loaded when it is asked for: most need a small part of what all of them need. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./commands/up.ts')).upCommand(),
  relay: async () => (await import('./commands/relay.ts')).relayCommand(),
  host: async () => (await import('./commands/host.ts')).hostCommand(),
  pair: async () => (await import('./commands/pair.ts')).pairCommand(),
  status: async () => (await import('./commands/status.ts')).statusCommand(),
  attach: async () => (await import('./commands/attach.ts')).attachCommand(),
  account: async () => (await import('./commands/account.ts')).accountCommand(),
  environments: async () => (await import('./commands/environments.ts')).environmentsCommand(),
  clients: async () => (await import('./commands/clients.ts')).clientsCommand(),
  audit: async () => (await import('./commands/audit.ts')).auditCommand(),
  drill: async () => (await import('./commands/drill.ts')).drillCommand(),
  login: async () => (await import('./commands/login.ts')).loginCommand(),
  'codex-home': async () => (await import('./commands/codex-home.ts')).codexHomeCommand(),
  forward: async () => (await import('./commands/forward.ts')).forwardCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  service: async () => (await import('./commands/service.ts')).serviceCommand(),
  storm: async () => (await import('./commands/storm.ts')).stormCommand(),
};

/** Runs one command line. Sets the exit code, and leaves ending to Node: a process with nothing to do exits. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', ignoreClosedPipe);
  try {
    const [name] = args;
    const holdfast = await program(name !== undefined && Object.hasOwn(commands, name) ? [name] : undefined);
    await holdfast.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = await tellFailure(error, args.includes('--json'));
  }
}

/** The commands of those names, with their options; without names all. */
export async function program(names: readonly string[] = Object.keys(commands)): Promise<Command> {
  const holdfast = new Command('holdfast')
    .description('Remote control for coding agents, self-hosted.')
    .version(version)
    .showHelpAfterError('(holdfast --help, or holdfast COMMAND --help, says what there is)')
    .enablePositionalOptions()
    .exitOverride();
  for (const name of names) {
    const command = await commands[name]?.();
    if (command !== undefined) holdfast.addCommand(inherit(holdfast, command));
  }
  return holdfast;
}

/** `addCommand` does not hand down settings, and neither does a command to its own. */
function inherit(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(parent, child);
  return command;
}

async function tellFailure(error: unknown, json: boolean): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage; // commander has said it
  const { asCliError } = await import('./as-cli-error.ts'); // it knows every package's errors
  const failure = asCliError(error);
  if (failure === null) {
    process.stderr.write(
      `holdfast failed in a way it should not; please report this.\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return exitCodes.failed;
  }
  const { message, exitCode, retryAt } = failure;
  if (json) process.stderr.write(`${JSON.stringify({ error: message, exitCode, retryAt })}\n`);
  else process.stderr.write(`holdfast: ${message}${retryAt === null ? '' : ` It may be tried again at ${retryAt}.`}\n`);
  return exitCode;
}

/** `holdfast status | head -1` is no failure. */
function ignoreClosedPipe(error: Error): void {
  if (!('code' in error && error.code === 'EPIPE')) throw error;
  process.exit(0);
}
