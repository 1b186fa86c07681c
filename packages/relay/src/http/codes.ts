import type { Context } from 'hono';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import type { FoundCode, GivenCode } from '../pairing.ts';
import type { Server } from '../servers.ts';
import type { Services } from '../services.ts';
import { Failure } from './failure.ts';

/**
 * The host behind a code that somebody gives. A wrong one costs a try.
 *
 * @throws Failure 404 `pairing_code_unknown` with `tries_left`, or 429 when there are none left
 */
export function requireCode(
  { tries, pairing, servers, guard, audit }: Services,
  c: Context,
  given: GivenCode,
): { code: FoundCode; server: Server } {
  const { address } = peerOfRequest(guard, c);
  const guess = { address, codeKey: pairing.keyOf(given), manual: given.manual_pairing_code != null };
  const retryAfterMs = tries.wait(guess);
  if (retryAfterMs > 0) {
    const minutes = Math.ceil(retryAfterMs / 60_000);
    throw new Failure(429, 'too_many_tries', `Too many wrong pairing codes. Try again in ${minutes} min.`, {
      retryAfterMs,
      tries_left: 0,
    });
  }
  const code = pairing.find(given);
  const server = code === null || code.claimed ? null : servers.get(code.serverId);
  if (code === null || server === null) {
    const left = tries.wrongCode(guess);
    audit.record({ event: 'pairing_refused', address });
    throw new Failure(
      404,
      'pairing_code_unknown',
      `This pairing code is wrong, was used already or has expired (a code lives 10 minutes); ${left} ${left === 1 ? 'try' : 'tries'} left. \`holdfast pair\` makes a new one.`,
      { tries_left: left },
    );
  }
  return { code, server };
}
