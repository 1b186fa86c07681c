import { Command } from 'commander';
import { callProgram } from '../call-program.ts';
import type { OperatorFlags } from '../operate-relay.ts';
import { jsonOption, relayDataOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { findOperatorSocket } from '../places.ts';

export function relayMetricsCommand(): Command {
  return new Command('metrics')
    .summary('what a running relay counts, as Prometheus reads it')
    .addOption(relayDataOption())
    .addOption(jsonOption())
    .action(async ({ data, json }: OperatorFlags) => {
      const client = await callProgram('relay', findOperatorSocket(data));
      try {
        const metrics = (await client.call('metrics/read')) as { contentType: string; text: string }; // our own relay's answer
        createOutput(json).report(metrics, metrics.text.trimEnd());
      } finally {
        client.close();
      }
    });
}
