import { readFileSync } from 'node:fs';
import { type Command, CommanderError, type Option } from 'commander';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

export interface Configurable {
  /** Of which variables are named: `HOLDFAST_HOST_RELAY`. */
  readonly program: 'host' | 'relay';
  /** Of options whose default is not in the option itself. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Whether the program takes a command, which a file may name as well. */
  readonly takesCommand: boolean;
}

/** Not settings of the program, but of one call. */
const OF_THE_CALL = ['json', 'config', 'print-config'];

const SOURCES: Readonly<Record<string, string>> = { cli: 'flag', env: 'variable', config: 'file', default: 'default' };

/**
 * Lets every option of a program be set by a variable or a file too, and adds `--print-config`. A flag goes before a variable, that before the
 * file, that before the default. Switches have no variable: what is set to "no" would switch them on. Call it when the command has its options.
 */
export function configurable(command: Command, configuration: Configurable): Command {
  for (const option of command.options) {
    if (isSetting(option) && !option.isBoolean())
      takeVariable(command, option, variableOf(option, configuration.program));
  }
  return command
    .option('--config <file>', 'a JSON file with options of this command, by their long names')
    .option('--print-config', 'show every option, its value and where that is from, and do nothing else', false)
    .on('option:config', (path: string) => takeFile(command, path, configuration))
    .hook('preAction', (_, acting) => {
      if (acting !== command || command.getOptionValue('printConfig') !== true) return;
      process.stdout.write(`${JSON.stringify(described(command, configuration), null, 2)}\n`);
      throw new CommanderError(0, 'holdfast.printConfig', 'printed');
    });
}

/** The words of the agent's command: those of the command line, else those of the file. */
export function commandWords(command: Command): readonly string[] {
  const inFile: unknown = command.getOptionValue('command');
  return command.args.length > 0 || !Array.isArray(inFile) ? command.args : inFile.map(String);
}

function isSetting(option: Option): boolean {
  return !OF_THE_CALL.includes(option.name());
}

function variableOf(option: Option, program: string): string {
  return `HOLDFAST_${program}_${option.name()}`.toUpperCase().replaceAll('-', '_');
}

/** Commander looks for the variable; whoever names it after the option was added has to listen, too. */
function takeVariable(command: Command, option: Option, variable: string): void {
  option.env(variable);
  command.on(`optionEnv:${option.name()}`, (text: string) => {
    const value = read(option, text, `The variable ${variable}`);
    command.setOptionValueWithSource(option.attributeName(), value, 'env');
  });
}

function takeFile(command: Command, path: string, { takesCommand }: Configurable): void {
  const settings = command.options.filter(isSetting);
  const members = settings.map((option) => [
    option.name(),
    z.optional(option.isBoolean() ? z.boolean() : z.union([z.string(), z.number()])),
  ]);
  const schema = z.strictObject({
    ...Object.fromEntries(members),
    ...(takesCommand ? { command: z.optional(z.array(z.string()).min(1)) } : {}),
  });
  const parsed = schema.safeParse(readJson(path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`.replace(/^: /, ''));
  }
  const values: Readonly<Record<string, unknown>> = parsed.data;
  if (values['command'] !== undefined) command.setOptionValueWithSource('command', values['command'], 'config');
  for (const option of settings) {
    const value = values[option.name()];
    if (value === undefined || command.getOptionValueSource(option.attributeName()) === 'cli') continue;
    command.setOptionValueWithSource(
      option.attributeName(),
      read(option, value, `The configuration file ${path}`),
      'config',
    );
  }
}

/** @param where for the error */
function read(option: Option, value: unknown, where: string): unknown {
  if (option.isBoolean() || option.parseArg === undefined) return value;
  try {
    return option.parseArg(String(value), undefined);
  } catch (error) {
    throw unusable(where, `${option.name()}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw wrong(path, error instanceof Error ? error.message : String(error));
  }
}

function wrong(path: string, why: string): CliError {
  return unusable(`The configuration file ${path}`, why);
}

function unusable(what: string, why: string): CliError {
  return new CliError(exitCodes.usage, `${what} cannot be used: ${why}`);
}

function described(command: Command, { program, defaults, takesCommand }: Configurable): Record<string, unknown> {
  const settings = command.options.filter(isSetting).map((option) => {
    const name = option.attributeName();
    const source = SOURCES[command.getOptionValueSource(name) ?? 'default'] ?? 'default';
    const value: unknown = command.getOptionValue(name) ?? defaults[option.name()] ?? null;
    return [option.name(), { value, from: source === 'variable' ? variableOf(option, program) : source }];
  });
  const words = commandWords(command);
  const from = words.length === 0 ? 'default' : command.args.length > 0 ? 'flag' : 'file';
  const agent = takesCommand ? [['command', { value: words.length === 0 ? null : words, from }]] : [];
  return Object.fromEntries([...settings, ...agent]);
}
