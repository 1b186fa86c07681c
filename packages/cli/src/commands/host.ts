import { hostname } from 'node:os';
import { type AgentAddress, Host } from '@holdfast/host';
import { Command } from 'commander';
import type { LevelWithSilent } from 'pino';
import { accountSource } from '../account-source.ts';
import { chooseAgent } from '../agents.ts';
import { commandWords, configurable } from '../configuration.ts';
import { agentOption, controllersMayOption } from '../host-options.ts';
import { openControl } from '../open-control.ts';
import { openEgress } from '../open-egress.ts';
import { openMetrics } from '../open-metrics.ts';
import { caFileOption, createLogger, jsonOption, logLevelOption, metricsOption, relayOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { places, stateHome } from '../places.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { tellStatus } from '../tell-status.ts';
import { version } from '../version.ts';

interface HostFlags {
  relay: string;
  data?: string;
  name: string;
  caFile?: string;
  agent?: AgentAddress;
  controllersMay: string[];
  metrics?: { host: string; port: number };
  json: boolean;
  logLevel: LevelWithSilent;
}

export function hostCommand(): Command {
  const command = new Command('host')
    .summary('keep this machine and its agent reachable through a relay')
    .description(
      'Connects to a relay and stays connected. COMMAND is the agent: it speaks JSON-RPC on stdio, one message a line, and is started once for each stream.',
    )
    .passThroughOptions() // what follows the agent's name is the agent's
    .argument(
      '[command...]',
      'the agent, after -- (default: codex app-server where codex is on PATH, else the demo agent)',
    )
    .addOption(relayOption().makeOptionMandatory())
    .option('--data <dir>', 'its data folder (default: host in $HOLDFAST_HOME or the XDG state folder)')
    .option('--name <name>', 'what controllers see this machine as', hostname())
    .addOption(caFileOption())
    .addOption(agentOption())
    .addOption(controllersMayOption())
    .addOption(metricsOption())
    .addOption(jsonOption())
    .addOption(logLevelOption().default('silent'))
    .action(async (_: string[], flags: HostFlags) => runHost(commandWords(command), flags));
  return configurable(command, {
    program: 'host',
    defaults: { data: places.host(stateHome()) },
    takesCommand: true,
  });
}

async function runHost(command: readonly string[], flags: HostFlags): Promise<void> {
  const output = createOutput(flags.json);
  const stop = stopSignal();
  const logger = createLogger(flags.logLevel);
  const { agent, description } = chooseAgent(command, flags.agent);
  const credentials = accountSource(flags.relay);
  const egress = openEgress(flags.relay, flags.caFile);
  const proxy = egress.proxyFor(new URL(flags.relay))?.url ?? null;
  const host = new Host({
    relay: flags.relay,
    dataDir: flags.data ?? places.host(stateHome()),
    name: flags.name,
    agent,
    credentials,
    logger,
    version,
    egress,
    controllersMay: flags.controllersMay,
  });
  try {
    const control = await openControl(host, logger);
    const metrics = await openMetrics(host, flags.metrics);
    output.report(
      { event: 'started', control: control.path, relay: flags.relay, proxy },
      `Host ${flags.name} runs ${description}${proxy === null ? '' : `, behind the proxy ${proxy}`}; pair with \`holdfast pair --data ${host.dir}\``,
    );
    if (metrics !== null) output.report({ event: 'metrics', url: metrics.url }, `Metrics at ${metrics.url}`);
    const stopTelling = tellStatus(host, output);
    host.start();
    await aborted(stop);
    stopTelling(); // its end needs no words of its own
    await metrics?.close();
    await control.close();
  } finally {
    await host.close();
    await egress.close();
  }
  output.report({ event: 'stopped' }, 'The host has stopped.');
}
