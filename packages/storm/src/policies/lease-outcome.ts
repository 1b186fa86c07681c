import { type Clock, classifyStatus, type RefreshOutcome } from '@holdfast/lease';
import type { Answer } from '../authority/answer.ts';
import { EPOCH_MS } from '../engine/machine-clock.ts';

/** What the lease's reader of HTTP makes of such an answer. */
export function leaseOutcome({ status, retryAfter, date, token }: Answer, clock: Clock): RefreshOutcome {
  if (status === null) return { kind: 'transient', message: 'no answer' };
  const receivedAt = { wall: clock.wall(), monotonic: clock.monotonic() };
  const answer = { status, requestId: null, retryAfter, date, receivedAt };
  const verdict = classifyStatus(status);
  if (verdict !== 'success' && verdict !== 'undecided')
    return { kind: verdict, message: `answered with ${status}`, answer };
  if (verdict === 'undecided' || token === null) return { kind: 'invalid', message: 'a malformed answer', answer };
  return { kind: 'success', token: token.text, expiresAt: EPOCH_MS + token.expiresAt, answer };
}
