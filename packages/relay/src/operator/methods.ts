import type { Method } from '@holdfast/local-socket';
import { METRICS_CONTENT_TYPE } from '@holdfast/local-socket/metrics';
import { readMetrics } from '../metrics/read.ts';
import type { Services } from '../services.ts';
import { accountMethods } from './accounts.ts';
import { backupMethods } from './backup.ts';
import { clientMethods } from './clients.ts';
import { drillMethods } from './drills.ts';
import { environmentMethods } from './environments.ts';

/** What the operator of this relay may ask of it, by name: the names are the `holdfast` commands that ask. */
export function operatorMethods(services: Services): Readonly<Record<string, Method>> {
  const { switchboard, ports, admission, loopDelay } = services;
  return {
    'relay/status': () => ({
      condition: switchboard.condition,
      links: ports.count,
      pressure: { ...admission.snapshot(), loopDelayMs: loopDelay.ms() },
    }),
    'metrics/read': async () => ({ contentType: METRICS_CONTENT_TYPE, text: await readMetrics(services) }),
    ...backupMethods(services),
    ...accountMethods(services),
    ...environmentMethods(services),
    ...clientMethods(services),
    ...drillMethods(services),
  };
}
