import { type Check, type Finding, fail, messageOf, type Result, skipped } from './check.ts';

/** How long one check may take unless it says otherwise, in milliseconds. */
export const CHECK_TIMEOUT_MS = 10_000;
/** Then it may still say by itself what takes so long. */
const LAST_WORDS_MS = 1_000;

/**
 * Runs every check as soon as those are done that it needs, side by side with the others. Where one of them failed it is skipped, and so is
 * whatever needs it in turn. Ends after the longest road of needs, at what each may take.
 */
export async function examine(
  checks: readonly Check[],
  onResult: (result: Result) => void,
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): Promise<Result[]> {
  const running = new Map<string, Promise<Result & { readonly blocks: string | null }>>();
  for (const check of checks) {
    const needed = check.needs.map((name) => running.get(name));
    const run = async () => {
      const before = await Promise.all(needed);
      const blocker = before.find((result) => result != null && result.blocks !== null)?.blocks ?? null;
      const startedAt = now();
      const finding = blocker === null ? await tried(check, signal) : skipped(`needs ${blocker}, which failed`);
      const result = { check: check.name, ...finding, ms: Math.round(now() - startedAt) };
      onResult(result);
      return { ...result, blocks: blocker ?? (finding.verdict === 'fail' ? check.name : null) };
    };
    running.set(check.name, run());
  }
  const results = await Promise.all(running.values());
  return results.map(({ blocks: _, ...result }) => result);
}

async function tried(check: Check, signal: AbortSignal): Promise<Finding> {
  const overdue = new AbortController();
  const { timeoutMs = CHECK_TIMEOUT_MS } = check;
  const tooLong = fail(`no result within ${timeoutMs / 1000} s`, 'Something takes too long there; try again.');
  const last = Promise.withResolvers<Finding>();
  let timer = setTimeout(() => {
    overdue.abort();
    timer = setTimeout(() => last.resolve(tooLong), LAST_WORDS_MS);
  }, timeoutMs);
  try {
    return await Promise.race([check.run(AbortSignal.any([signal, overdue.signal])), last.promise]);
  } catch (error) {
    return overdue.signal.aborted ? tooLong : fail(messageOf(error), 'See what it says.');
  } finally {
    clearTimeout(timer);
  }
}
