import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { type AgentAddress, fixedCredentials, Host } from '@holdfast/host';
import type { Relay } from '@holdfast/relay';
import { isLoopbackHost, type PairingStartResult } from '@holdfast/wire';
import { Command } from 'commander';
import type { LevelWithSilent } from 'pino';
import { chooseAgent } from '../agents.ts';
import { agentOption, controllersMayOption } from '../host-options.ts';
import { launchRelay } from '../launch-relay.ts';
import { openControl } from '../open-control.ts';
import { createLogger, jsonOption, logLevelOption } from '../options.ts';
import { createOutput, type Output } from '../output.ts';
import { pageFolder } from '../page-folder.ts';
import { places, stateHome } from '../places.ts';
import { addRelayFlags, endingMs, quietLogLevel, type RelayFlags, relayOptions } from '../relay-flags.ts';
import { minutesLeft, pageAddress, qrCode } from '../show-code.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { tellStatus } from '../tell-status.ts';
import { version } from '../version.ts';

interface UpFlags extends RelayFlags {
  data?: string;
  name: string;
  agent?: AgentAddress;
  controllersMay: string[];
  json: boolean;
  logLevel?: LevelWithSilent;
}

/** How often it is looked whether somebody has used the code, in milliseconds. */
const CLAIM_POLL_MS = 2_000;

export function upCommand(): Command {
  const command = new Command('up')
    .summary('run a relay and a host in one, and show a pairing code')
    .description(
      'Runs a relay and, behind it, a host with an agent on this machine; then shows how to reach it. COMMAND is the agent, as for `holdfast host`.',
    )
    .passThroughOptions() // what follows the agent's name is the agent's
    .argument(
      '[command...]',
      'the agent, after -- (default: codex app-server where codex is on PATH, else the demo agent)',
    );
  return addRelayFlags(command)
    .option('--data <dir>', 'their data folder (default: $HOLDFAST_HOME or the XDG state folder)')
    .option('--name <name>', 'what controllers see this machine as', hostname())
    .addOption(agentOption())
    .addOption(controllersMayOption())
    .addOption(jsonOption())
    .addOption(logLevelOption().default(undefined, 'silent; warn where drills may be held'))
    .action(async (command: string[], flags: UpFlags) => runUp(command, flags));
}

async function runUp(command: string[], flags: UpFlags): Promise<void> {
  const output = createOutput(flags.json);
  const stop = stopSignal(endingMs(flags));
  const logger = createLogger(flags.logLevel ?? quietLogLevel(flags));
  const home = flags.data === undefined ? stateHome() : resolve(flags.data);
  const { agent, description } = chooseAgent(command, flags.agent);
  const relay = await launchRelay({
    ...relayOptions(flags),
    alsoLocal: true,
    dataDir: places.relay(home),
    pageFolder: pageFolder(),
    logger,
  });
  try {
    const account = { accountId: relay.accountId, accountToken: relay.mintAccountToken() };
    const host = new Host({
      relay: relay.localBase,
      dataDir: places.host(home),
      name: flags.name,
      agent,
      credentials: fixedCredentials(account, 'the relay of this process'),
      logger,
      version,
      controllersMay: flags.controllersMay,
    });
    try {
      const control = await openControl(host, logger);
      output.report({ event: 'listening', url: relay.url, base: relay.base }, `Holdfast runs ${description}.`);
      host.enable();
      await showCode(host, relay, output);
      const stopTelling = tellStatus(host, output);
      await aborted(stop);
      stopTelling(); // its end needs no words of its own
      await control.close();
    } finally {
      await host.close();
    }
  } finally {
    await relay.close({ graceMs: flags.drainGrace * 1000 });
  }
  output.report({ event: 'stopped' }, 'Stopped.');
}

async function showCode(host: Host, { url, publicUrl }: Relay, output: Output): Promise<void> {
  const pairing = await host.startPairing(true);
  const code = pairing.manualPairingCode ?? pairing.pairingCode;
  const address = pageAddress(publicUrl, code);
  const here = url.startsWith('https:') ? publicUrl : url; // a certificate is for the name
  const text = [
    '',
    qrCode(address),
    '',
    `Page:          ${publicUrl}/${reach(publicUrl)}`,
    `Pairing code:  ${code}   (good once, for ${minutesLeft(pairing, Date.now())} minutes)`,
    '',
    'From a second terminal:',
    `  npx holdfast attach --relay ${here} --code ${code}`,
    '',
    'Another code: npx holdfast pair    State: npx holdfast status    End: Ctrl-C',
  ];
  output.report({ event: 'pairing', ...pairing, page: address }, text.join('\n'));
  void watchClaim(host, pairing, output);
}

/** A browser lets a page keep a key over https, and on the machine itself; whoever holds the phone is to know before it says no. */
function reach(publicUrl: string): string {
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === 'https:') return '';
  const why = isLoopbackHost(hostname)
    ? 'from this machine; a phone gets there by https'
    : 'pairs no browser on another machine: that needs https';
  return `   (${why}: docs/phone.md)`;
}

/** Says when the code was used, or is good no longer. */
async function watchClaim(host: Host, pairing: PairingStartResult, output: Output): Promise<void> {
  const look = async () => {
    const expired = Date.now() >= pairing.expiresAt * 1000;
    const claimed =
      !expired &&
      (await host.pairingStatus({ pairing_code: pairing.pairingCode }).catch(() => ({ claimed: false }))).claimed;
    if (claimed) output.report({ event: 'paired' }, 'A device has paired.');
    else if (expired)
      output.report({ event: 'pairing-expired' }, 'The pairing code has expired; `npx holdfast pair` makes another.');
    else setTimeout(look, CLAIM_POLL_MS).unref();
  };
  await look();
}
