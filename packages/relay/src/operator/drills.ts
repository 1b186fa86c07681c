import { type Method, RpcRefusal, readParams, rpcCodes } from '@holdfast/local-socket';
import { DrillRequest } from '@holdfast/wire';
import type { Services } from '../services.ts';
import { DrillStopParams } from './params.ts';

/** Drills, for the relay's operator. Stopping one is always allowed. */
export function drillMethods({ drills }: Pick<Services, 'drills'>): Record<string, Method> {
  const refuse = (message: string) => new RpcRefusal(rpcCodes.refused, message);
  return {
    'drill/start': (params) => {
      const request = readParams(DrillRequest, params);
      if (drills.permission === 'off')
        throw refuse('This relay was started without drills. Start it with --drills operator, or --drills devices.');
      const drill = drills.start(request, { address: null, clientId: null });
      if (drill === null) throw refuse('As many drills as may are under way; stop one first.');
      return { drill };
    },
    'drill/stop': (params) => {
      const { id } = readParams(DrillStopParams, params);
      const stopped = drills.list().filter((drill) => id === undefined || drill.id === id);
      if (id !== undefined && stopped.length === 0)
        throw refuse('There is no such drill; it may be over. `holdfast drill list` shows those under way.');
      for (const drill of stopped) drills.stop(drill.id);
      return { stopped };
    },
    'drill/list': () => ({ allowed: drills.permission !== 'off', drills: drills.list() }),
  };
}
