import { type Host, MetricsServer } from '@holdfast/host';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** Serves a host's metrics, where that was asked for. @throws CliError when it cannot listen there */
export async function openMetrics(
  host: Host,
  listen: { host: string; port: number } | undefined,
): Promise<MetricsServer | null> {
  if (listen === undefined) return null;
  try {
    return await MetricsServer.open({ ...listen, read: () => host.metrics() });
  } catch (error) {
    throw new CliError(exitCodes.failed, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
