import { join } from 'node:path';

/** What can run as a service. */
export type ServiceProgram = 'host' | 'relay' | 'forward';

/** Everything of a service, but how its manager writes it down. */
export interface ServiceDefinition {
  readonly program: ServiceProgram;
  /** For a person. */
  readonly description: string;
  /** The command line; the first is the absolute path of what is started. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** What anybody may read. */
  readonly environment: Readonly<Record<string, string>>;
  /** What goes into a file of its own, for its user alone: proxies with their passwords. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Carried over from the shell that installs it; all else a manager gives its own. */
const CARRIED = [
  'PATH',
  'HOLDFAST_HOME',
  'XDG_STATE_HOME',
  'CODEX_HOME',
  'LANG',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'NO_PROXY',
  'no_proxy',
];
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

export interface DefinitionParts {
  readonly program: ServiceProgram;
  /** Of the program, as they were typed. */
  readonly args: readonly string[];
  readonly node: string;
  /** The `holdfast` script. */
  readonly script: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where the secrets will be; Node reads it at its start. */
  readonly secretsFile: string;
}

export function defineService(parts: DefinitionParts): ServiceDefinition {
  const { program, args, node, script, cwd, env, secretsFile } = parts;
  const secrets = chosen(env, PROXIES);
  const reading = Object.keys(secrets).length === 0 ? [] : [`--env-file=${secretsFile}`];
  return {
    program,
    description: `Holdfast ${program}`,
    command: [node, ...reading, script, program, ...args],
    workingDirectory: cwd,
    environment: chosen(env, [...CARRIED, ...settingsOf(program, env)]),
    secrets,
  };
}

/** Where the secrets of a program are kept. @param config `~/.config`, or what stands for it */
export function secretsFile(config: string, program: ServiceProgram): string {
  return join(config, 'holdfast', `${program}.env`);
}

/** The secrets as Node's `--env-file` reads them. */
export function secretsText({ secrets }: ServiceDefinition): string {
  return Object.entries(secrets)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');
}

/** No line break and no quote of every kind is in a URL. */
function quoted(value: string): string {
  const line = value.replace(/[\r\n]+/g, '');
  const quote = ["'", '`', '"'].find((mark) => !line.includes(mark)) ?? '';
  return quote + line + quote;
}

/** Variables that are options of the program. */
function settingsOf(program: ServiceProgram, env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env).filter((name) => name.startsWith(`HOLDFAST_${program.toUpperCase()}_`));
}

function chosen(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}
