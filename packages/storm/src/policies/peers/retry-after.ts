import { parseRetryAfter } from '@holdfast/lease';
import type { Answer } from '../../authority/answer.ts';
import type { HostProcess } from '../../fleet/process.ts';

/** In ms; null when the answer names no moment. */
export function retryAfterMs(answer: Answer | null, { clock }: HostProcess): number | null {
  return answer === null ? null : parseRetryAfter(answer.retryAfter, answer.date, clock.wall());
}
