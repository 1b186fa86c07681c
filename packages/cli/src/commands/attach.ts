import { hostname, release, type } from 'node:os';
import { type Credentials, claimCode, connect } from '@holdfast/controller';
import { Command } from 'commander';
import { Bridge } from '../bridge.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { openEgress } from '../open-egress.ts';
import { caFileOption, relayOption } from '../options.ts';
import { places, stateHome } from '../places.ts';
import { stopSignal } from '../stop-signal.ts';
import { StoredDevices } from '../stored-devices.ts';
import { version } from '../version.ts';

interface AttachFlags {
  relay: string;
  code?: string;
  data?: string;
  caFile?: string;
}

const EXAMPLE = '{"id":1,"method":"initialize","params":{"clientInfo":{"name":"me","version":"1"}}}';

export function attachCommand(): Command {
  return new Command('attach')
    .summary('use a remote agent as if it were local')
    .description(
      'Bridges stdin and stdout to an agent on a host: JSON-RPC, one message a line, the first an initialize request. Pairs once with --code; afterwards ENVIRONMENT names the host. A dropped link loses, repeats and reorders nothing.',
    )
    .argument('[environment]', 'the host, as pairing told it')
    .addOption(relayOption().makeOptionMandatory())
    .option('--code <code>', 'a pairing code of the host (`holdfast pair` shows one)')
    .option('--data <dir>', "where this machine's device keys are kept")
    .addOption(caFileOption())
    .action(async (environment: string | undefined, flags: AttachFlags) => runAttach(environment, flags));
}

async function runAttach(environment: string | undefined, { relay, code, data, caFile }: AttachFlags): Promise<void> {
  const stop = stopSignal();
  const devices = new StoredDevices(data ?? places.controller(stateHome()));
  const egress = openEgress(relay, caFile);
  const { fetch, WebSocket } = egress;
  const credentials = await credentialsFor(environment, code, relay, devices, stop, fetch);
  const controller = connect({ credentials, fetch, WebSocket });
  controller.on('state', ({ state, reason }) => {
    if (state === 'waiting') tell(`Not connected: ${(reason ?? 'the link is down').replace(/\.$/, '')}. Trying again.`);
  });
  if (process.stdin.isTTY)
    tell(
      `Attached to ${credentials.environmentId}. Type JSON-RPC, one message a line; end with Ctrl-D. Begin with:\n${EXAMPLE}`,
    );
  const { environmentId } = credentials;
  try {
    await new Bridge({ controller, environmentId, input: process.stdin, output: process.stdout }).run(stop);
  } finally {
    controller.close();
    await egress.close();
    process.stdin.destroy();
  }
}

async function credentialsFor(
  environment: string | undefined,
  code: string | undefined,
  relay: string,
  devices: StoredDevices,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch,
): Promise<Credentials> {
  if ((environment === undefined) === (code === undefined)) {
    throw new CliError(
      exitCodes.usage,
      'Name the host: either by --code CODE, to pair with it, or by ENVIRONMENT, once it is paired.',
    );
  }
  if (environment !== undefined) return devices.load(environment, relay);
  const device = {
    display_name: `${hostname()} (attach)`,
    device_type: 'cli',
    platform: type(),
    os_version: release(),
    app_version: version,
  };
  const credentials = await claimCode({ base: relay, code: code ?? '', device, signal, fetch });
  await devices.save(credentials);
  tell(`Paired. From now on: holdfast attach --relay ${new URL(relay).origin} ${credentials.environmentId}`);
  return credentials;
}

/** stdout belongs to the agent. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
