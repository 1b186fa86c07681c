import type { Token } from '../../authority/answer.ts';
import { EPOCH_MS } from '../../engine/machine-clock.ts';
import type { HostProcess } from '../../fleet/process.ts';

/** How long a token is good by the machine's wall clock alone, in ms: so the peers reckon. */
export function leftByWall({ expiresAt }: Token, { clock }: HostProcess): number {
  return EPOCH_MS + expiresAt - clock.wall();
}
