import { readFile, writeFile } from 'node:fs/promises';
import { getHeapStatistics } from 'node:v8';
import type { Policy, Scenario, StormResult } from '@holdfast/storm';
import { Command, InvalidArgumentError } from 'commander';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { jsonOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { stopSignal } from '../stop-signal.ts';
import { StormProgress } from '../storm-progress.ts';
import { formatTable } from '../table.ts';

interface Flags {
  readonly hosts: number;
  readonly policy: readonly string[];
  readonly seed: string;
  readonly html?: string;
  readonly list: boolean;
  readonly json: boolean;
}

export function stormCommand(): Command {
  return new Command('storm')
    .summary('simulate what a fleet of hosts does to its authority')
    .description(
      'Runs a scenario in simulated time, with the real lease and the real rules of the host or with those of other clients, and shows what each costs the authority and its users. SCENARIO is one that --list names, or a JSON file. Ctrl-C shows what was computed so far.',
    )
    .argument('[scenario]', 'a name of --list, or a JSON file')
    .option('--hosts <number>', 'how many hosts, 1 to 1000000', parseHosts, 2_000)
    .option('--policy <names>', 'whose rules, separated by commas; "all" for each', parseNames, [
      'holdfast',
      'codex',
      'naive',
    ])
    .option('--seed <text>', 'the same seed gives the same figures', '1')
    .option('--html <file>', 'write a page with charts')
    .option('--list', 'show what scenarios and policies there are', false)
    .addOption(jsonOption())
    .action(async (name: string | undefined, flags: Flags) => {
      if (flags.list) return list(flags.json);
      if (name === undefined)
        throw usage('Name a scenario, such as refresh-503, or a file; --list shows what there is.');
      return run(name, flags);
    });
}

async function list(json: boolean): Promise<void> {
  const { policies, shippedScenarios } = await import('@holdfast/storm');
  const output = createOutput(json);
  const scenarios = shippedScenarios().map(({ name, about }) => ({ name, about }));
  const rules = policies.map(({ name, title, source }) => ({ name, title, source }));
  const text = [
    formatTable(
      ['SCENARIO', 'WHAT HAPPENS'],
      scenarios.map(({ name, about }) => [name, about]),
    ),
    formatTable(
      ['POLICY', 'WHOSE RULES', 'FROM'],
      rules.map(({ name, title, source }) => [name, title, source]),
    ),
  ].join('\n\n');
  output.report({ scenarios, policies: rules }, text);
}

async function run(name: string, { hosts, policy: names, seed, html, json }: Flags): Promise<void> {
  const { COLUMNS, describeCurve, htmlReport, policies, rowOf, storm } = await import('@holdfast/storm');
  const chosen = choose(policies, names);
  const scenario = await findScenario(name);
  checkMemory(hosts, chosen);
  const output = createOutput(json);
  const signal = stopSignal();
  const progress = new StormProgress(json ? null : process.stderr);
  const results: StormResult[] = [];
  output.tell(`${scenario.name}: ${scenario.about} ${hosts} hosts, ${scenario.duration} simulated seconds.`);
  for (const policy of chosen) {
    const onProgress = (share: number): void => progress.show(policy.name, share);
    const result = await storm({ scenario, policy, hosts, seed, signal, onProgress });
    progress.clear();
    results.push(result);
    output.report(result, describeCurve(result, scenario));
    if (signal.aborted) break;
  }
  if (!json) process.stdout.write(`\n${formatTable(COLUMNS, results.map(rowOf))}\n`);
  if (html !== undefined) {
    await writeFile(html, htmlReport(scenario, results));
    output.tell(`The page is in ${html}.`);
  }
}

async function findScenario(name: string): Promise<Scenario> {
  const { parseScenario, ScenarioError, shippedScenarios } = await import('@holdfast/storm');
  const shipped = shippedScenarios();
  const found = shipped.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  let text: string;
  try {
    text = await readFile(name, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw usage(
      `There is no scenario and no file called ${name}; the scenarios are ${shipped.map((one) => one.name).join(', ')}.`,
    );
  }
  try {
    return parseScenario(text, name);
  } catch (error) {
    if (error instanceof ScenarioError) throw usage(error.message);
    throw error;
  }
}

function choose(policies: readonly Policy[], names: readonly string[]): readonly Policy[] {
  if (names.includes('all')) return policies;
  return names.map((name) => {
    const found = policies.find((policy) => policy.name === name);
    if (found !== undefined) return found;
    throw usage(`There is no policy called ${name}; there are ${policies.map((policy) => policy.name).join(', ')}.`);
  });
}

/** What a simulated host takes, in bytes: the real classes of Holdfast, or a peer's few lines. */
const HOLDFAST_BYTES = 32_000;
const PEER_BYTES = 8_000;

function checkMemory(hosts: number, chosen: readonly Policy[]): void {
  const isReal = chosen.some(({ name }) => name.startsWith('holdfast'));
  const needed = hosts * (isReal ? HOLDFAST_BYTES : PEER_BYTES);
  const limit = getHeapStatistics().heap_size_limit;
  if (needed <= limit) return;
  const megabytes = Math.ceil((needed * 1.2) / 1e6);
  throw usage(
    `${hosts} hosts need about ${Math.ceil(needed / 1e9)} GB of memory, and Node may use ${(limit / 1e9).toFixed(1)} GB; set NODE_OPTIONS=--max-old-space-size=${megabytes}, or simulate fewer.`,
  );
}

function usage(message: string): CliError {
  return new CliError(exitCodes.usage, message);
}

function parseHosts(text: string): number {
  const hosts = Number(text);
  if (Number.isInteger(hosts) && hosts >= 1 && hosts <= 1_000_000) return hosts;
  throw new InvalidArgumentError('It is a whole number from 1 to 1000000.');
}

function parseNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
