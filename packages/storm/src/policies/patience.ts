import { limits } from '@holdfast/wire';
import type { Answer, Endpoint } from '../authority/answer.ts';
import type { HostProcess } from '../fleet/process.ts';

/** One request, given up after 30 s as every client here does, or when the signal aborts. */
export async function askPatiently(
  process: HostProcess,
  endpoint: Endpoint,
  token: string | null,
  signal?: AbortSignal,
): Promise<Answer> {
  const patience = new AbortController();
  const stop = (): void => patience.abort();
  const timer = process.clock.setTimer(limits.httpTimeoutMs, stop);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  const answer = await process.ask(endpoint, token, patience.signal);
  timer.cancel();
  signal?.removeEventListener('abort', stop);
  return answer;
}
