import { type ChallengeResponse, WireError } from '@holdfast/wire';
import type { Context } from 'hono';
import type { Challenges } from '../challenges.ts';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import type { Services } from '../services.ts';
import { Failure } from './failure.ts';

type Asked = Omit<Parameters<Challenges['issue']>[0], 'origin' | 'path'>;

/** A challenge for a device, made for the address that it called. */
export async function issueChallenge(
  { challenges, names, guard }: Pick<Services, 'challenges' | 'names' | 'guard'>,
  c: Context,
  asked: Asked,
): Promise<ChallengeResponse> {
  const { host, pathname } = new URL(c.req.url);
  const origin = names.originFor(host, peerOfRequest(guard, c).scheme);
  const challenge = await challenges.issue({ ...asked, origin, path: pathname.slice(0, 256) });
  return { account_user_id: asked.accountUserId, client_id: asked.clientId, device_key_challenge: challenge };
}

export const proofRefused = (error: unknown): Failure => {
  if (error instanceof WireError)
    return new Failure(403, 'device_proof_refused', `${error.message}. Start again for a new challenge.`);
  throw error;
};
