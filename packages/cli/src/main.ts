import { Command, CommanderError } from 'commander';
import { asCliError } from './cli-error.ts';
import { accountCommand } from './commands/account.ts';
import { attachCommand } from './commands/attach.ts';
import { auditCommand } from './commands/audit.ts';
import { clientsCommand } from './commands/clients.ts';
import { codexHomeCommand } from './commands/codex-home.ts';
import { doctorCommand } from './commands/doctor.ts';
import { drillCommand } from './commands/drill.ts';
import { environmentsCommand } from './commands/environments.ts';
import { forwardCommand } from './commands/forward.ts';
import { hostCommand } from './commands/host.ts';
import { loginCommand } from './commands/login.ts';
import { pairCommand } from './commands/pair.ts';
import { relayCommand } from './commands/relay.ts';
import { serviceCommand } from './commands/service.ts';
import { statusCommand } from './commands/status.ts';
import { stormCommand } from './commands/storm.ts';
import { upCommand } from './commands/up.ts';
import { exitCodes } from './exit-codes.ts';
import { version } from './version.ts';

/** Runs one command line. Sets the exit code, and leaves ending to Node: a process with nothing to do exits. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', ignoreClosedPipe);
  try {
    await program().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = tellFailure(error, args.includes('--json'));
  }
}

/** Every command, with its options. */
export function program(): Command {
  const holdfast = new Command('holdfast')
    .description('Remote control for coding agents, self-hosted.')
    .version(version)
    .showHelpAfterError('(holdfast --help, or holdfast COMMAND --help, says what there is)')
    .enablePositionalOptions()
    .exitOverride();
  const commands = [
    upCommand,
    relayCommand,
    hostCommand,
    pairCommand,
    statusCommand,
    attachCommand,
    accountCommand,
    environmentsCommand,
    clientsCommand,
    auditCommand,
    drillCommand,
    loginCommand,
    codexHomeCommand,
    forwardCommand,
    doctorCommand,
    serviceCommand,
    stormCommand,
  ];
  for (const command of commands) holdfast.addCommand(inherit(holdfast, command()));
  return holdfast;
}

/** `addCommand` does not hand down settings, and neither does a command to its own. */
function inherit(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(parent, child);
  return command;
}

function tellFailure(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage; // commander has said it
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
