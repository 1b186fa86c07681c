import { resolve } from 'node:path';
import type { AgentAddress, HostStatus } from '@holdfast/host';
import { CONTROL_SOCKET } from '@holdfast/host/control-socket';
import { LocalSocketClient } from '@holdfast/local-socket';
import { Command } from 'commander';
import { chooseAgent } from '../agents.ts';
import type { Result } from '../doctor/check.ts';
import { checksFor } from '../doctor/checks.ts';
import { examine } from '../doctor/examine.ts';
import { countOf, describeAll, describeCounts, describeResult } from '../doctor/findings-view.ts';
import { exitCodes } from '../exit-codes.ts';
import { agentOption } from '../host-options.ts';
import { LiveView } from '../live-view.ts';
import { caFileOption, jsonOption, relayOption } from '../options.ts';
import { createOutput, type Output } from '../output.ts';
import { places, stateHome } from '../places.ts';
import { stopSignal } from '../stop-signal.ts';

interface DoctorFlags {
  relay?: string;
  data?: string;
  caFile?: string;
  agent?: AgentAddress;
  json: boolean;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('find out why this machine cannot be reached')
    .description(
      'Looks at everything between this machine and its relay, at the account, the agent and the data folder, and says what to do. Ends within a minute. Enrolls nothing, renews nothing, changes nothing. COMMAND is the agent, as for `holdfast host`.',
    )
    .passThroughOptions() // what follows the agent's name is the agent's
    .argument('[command...]', 'the agent, after -- (default: as `holdfast host` has it)')
    .addOption(relayOption())
    .option('--data <dir>', "the host's data folder (default: host in $HOLDFAST_HOME or the XDG state folder)")
    .addOption(agentOption())
    .addOption(caFileOption())
    .addOption(jsonOption())
    .action(async (command: string[], flags: DoctorFlags) => runDoctor(command, flags));
}

async function runDoctor(command: string[], { relay, data, caFile, agent, json }: DoctorFlags): Promise<void> {
  const output = createOutput(json);
  const stop = stopSignal();
  const dataDir = resolve(data ?? places.host(stateHome()));
  const patient = {
    relay: relay ?? (await relayOfRunningHost(dataDir)),
    dataDir,
    caFile,
    agent: chooseAgent(command, agent),
  };
  const { checks, close } = checksFor(patient);
  try {
    const names = checks.map(({ name }) => name);
    const results = await examine(checks, shower(output, names), stop);
    const counts = countOf(results);
    output.report({ event: 'summary', relay: patient.relay, ...counts }, `\n${describeCounts(counts)}`);
    if (counts.fail > 0) process.exitCode = exitCodes.failed;
  } finally {
    await close();
  }
}

/** On a terminal a table that fills; for machines each result as it comes; else each in its place, as soon as all before it are there. */
function shower(output: Output, names: readonly string[]): (result: Result) => void {
  if (output.json) return (result) => output.report(result, '');
  const results = new Map<string, Result>();
  if (!process.stdout.isTTY) {
    const waiting = [...names];
    return (result) => {
      results.set(result.check, result);
      for (let next = results.get(waiting[0] ?? ''); next !== undefined; next = results.get(waiting[0] ?? '')) {
        output.report(next, describeResult(next));
        waiting.shift();
      }
    };
  }
  const view = new LiveView(process.stdout);
  view.show(describeAll(names, results));
  return (result) => {
    results.set(result.check, result);
    if (results.size < names.length) view.show(describeAll(names, results));
    else view.end(describeAll(names, results));
  };
}

async function relayOfRunningHost(dataDir: string): Promise<string | null> {
  const client = await LocalSocketClient.open(`${dataDir}/${CONTROL_SOCKET}`, { answerTimeoutMs: 5_000 }).catch(
    () => null,
  );
  if (client === null) return null;
  try {
    return ((await client.call('holdfast/status')) as HostStatus).relay; // our own host says so
  } finally {
    client.close();
  }
}
