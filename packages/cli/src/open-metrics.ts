import { MetricsServer } from '@holdfast/local-socket/metrics';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** Serves the metrics of a host or a relay, where that was asked for. @throws CliError when it cannot listen there */
export async function openMetrics(
  program: { metrics(): Promise<string> },
  listen: { host: string; port: number } | undefined,
): Promise<MetricsServer | null> {
  if (listen === undefined) return null;
  try {
    return await MetricsServer.open({ ...listen, read: () => program.metrics() });
  } catch (error) {
    throw new CliError(exitCodes.failed, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
