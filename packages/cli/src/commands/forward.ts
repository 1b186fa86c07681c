import { Forwarder } from '@holdfast/forward';
import { Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { openEgress } from '../open-egress.ts';
import { caFileOption, jsonOption, parseListen, relayOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';

interface ForwardFlags {
  relay: string;
  listen: { host: string; port: number };
  caFile?: string;
  insecure: boolean;
  json: boolean;
}

/** Where it listens unless told otherwise; `codex-home --forward` means the same. */
export const FORWARD_LISTEN = '127.0.0.1:9911';

export function forwardCommand(): Command {
  return new Command('forward')
    .summary('bring a relay elsewhere to loopback, for a stock codex')
    .description(
      'Listens on loopback and hands on every request and websocket to a relay elsewhere: a stock codex accepts a relay on loopback only. Takes proxies and certificates as `holdfast host` does.',
    )
    .addOption(relayOption().makeOptionMandatory())
    .addOption(
      new Option('--listen <host:port>', 'where to listen; port 0 picks a free one')
        .argParser(parseListen)
        .default(parseListen(FORWARD_LISTEN), FORWARD_LISTEN),
    )
    .addOption(caFileOption())
    .option('--insecure', 'listen beyond loopback: whoever reaches that reaches the relay', false)
    .addOption(jsonOption())
    .action(async (flags: ForwardFlags) => runForward(flags));
}

async function runForward({ relay, listen, caFile, insecure, json }: ForwardFlags): Promise<void> {
  const output = createOutput(json);
  const stop = stopSignal();
  const egress = openEgress(relay, caFile);
  try {
    const forwarder = await Forwarder.start({
      relay,
      listen,
      allowInsecure: insecure,
      egress,
      onUnreachable: (reason) => output.report({ event: 'unreachable', reason }, `The relay is not reached: ${reason}`),
      onReachable: () => output.report({ event: 'reachable' }, 'The relay is reached again.'),
    }).catch((error: unknown) => {
      throw cannotListen(error);
    });
    const { base, url } = forwarder;
    output.report(
      { event: 'listening', url, base, relay },
      `${url} is the relay at ${relay}\nMake a stock codex a host of it:\n  holdfast codex-home --relay ${relay} --forward ${new URL(url).host} --out DIR`,
    );
    await aborted(stop);
    await forwarder.close();
  } finally {
    await egress.close();
  }
  output.report({ event: 'stopped' }, 'Stopped.');
}

function cannotListen(error: unknown): CliError {
  const why = error instanceof Error ? error.message : String(error);
  const hint = why.includes('is not loopback')
    ? 'If that is meant, say --insecure.'
    : 'Name another place with --listen.';
  return new CliError(exitCodes.failed, `It cannot listen there: ${why}. ${hint}`, { cause: error });
}
