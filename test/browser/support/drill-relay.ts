import { join } from 'node:path';
import { type Ending, HostProcess, tempDir } from '../../e2e/support/host-process.ts';
import { accountEnv, startRelayProcess } from '../../e2e/support/programs.ts';
import { anotherCode } from './visit.ts';

export interface DrillRelayOptions {
  /** Life of a host's token, in seconds. */
  readonly tokenLife: number;
  /** The host's command; default: `cat`, which says back what it hears. */
  readonly agent?: readonly string[];
}

/** A relay whose tokens live shortly and that lets devices rehearse faults, and a host of its own, as processes; and a code of the host. */
export async function startDrillRelay(t: Ending, { tokenLife, agent }: DrillRelayOptions) {
  const data = tempDir(t);
  const more = ['--token-life', String(tokenLife), '--drills', 'devices'];
  const { url, base } = await startRelayProcess(t, join(data, 'relay'), '127.0.0.1:0', more);
  const env = await accountEnv(t, join(data, 'relay'));
  const host = new HostProcess({
    relay: base,
    dir: join(data, 'host'),
    env,
    more: ['--name', 'studio'],
    ...(agent === undefined ? {} : { agent }),
  });
  t.after(() => host.stop());
  await host.until('connected', ({ status }) => status === 'connected');
  return { url, code: await anotherCode(t, { data }), host };
}
