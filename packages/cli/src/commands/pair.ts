import type { HostStatus } from '@holdfast/host';
import type { PairingStartResult } from '@holdfast/wire';
import { Command } from 'commander';
import { callProgram } from '../call-program.ts';
import { jsonOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { findControlSocket } from '../places.ts';
import { minutesLeft, pageAddress, qrCode } from '../show-code.ts';

export function pairCommand(): Command {
  return new Command('pair')
    .summary('show a pairing code of the host on this machine')
    .description('Makes a code that lets one device control this host. It is good once, for ten minutes.')
    .option('--data <dir>', 'the data folder of the host, or of an `up`')
    .option('--qr', 'show it as a QR code too', false)
    .addOption(jsonOption())
    .action(async (flags: { data?: string; qr: boolean; json: boolean }) => {
      const client = await callProgram('host', findControlSocket(flags.data));
      try {
        const pairing = (await client.call('remoteControl/pairing/start', { manualCode: true })) as PairingStartResult; // our own host says so
        const { relay } = (await client.call('holdfast/status')) as HostStatus; // likewise
        createOutput(flags.json).report(pairing, describe(pairing, relay, flags.qr));
      } finally {
        client.close();
      }
    });
}

function describe(pairing: PairingStartResult, relay: string, qr: boolean): string {
  const code = pairing.manualPairingCode ?? pairing.pairingCode;
  const address = pageAddress(relay, code);
  const text = `Pairing code: ${code} (good once, for ${minutesLeft(pairing, Date.now())} minutes)\nPage: ${address}\nOr:   holdfast attach --relay ${new URL(relay).origin} --code ${code}`;
  return qr ? `${qrCode(address)}\n\n${text}` : text;
}
