import type { Target } from '../target.ts';
import { bodyTargets } from './bodies.ts';
import { deviceProofTargets } from './device-proof.ts';
import { encodingTargets } from './encodings.ts';
import { envelopeTargets } from './envelopes.ts';
import { httpTargets } from './http.ts';
import { plainFrameTarget } from './plain-frames.ts';
import { routesTarget } from './routes.ts';
import { segmentTarget } from './segments.ts';

/** Every parser that takes what a stranger sent. */
export async function everyTarget(): Promise<Target[]> {
  return [
    ...envelopeTargets,
    plainFrameTarget,
    segmentTarget,
    ...encodingTargets,
    ...httpTargets,
    ...bodyTargets,
    ...(await deviceProofTargets()),
    await routesTarget(),
  ];
}
