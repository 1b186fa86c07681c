import { median } from '../common/statistics.ts';
import { type SubjectName, startSubject, subjects } from './subject.ts';

/** In milliseconds. */
export interface Reconnects {
  readonly start: number;
  /** From a cut to the next link: the first cut, and more of them at once after each return. */
  readonly after: readonly number[];
  /** The slowest return of all. */
  readonly slowest: number;
}

const PATIENCE_MS = 120_000;

/** Starts both hosts anew in each round and cuts their links so many times. */
export async function compareReconnects(rounds: number, cuts: number): Promise<Record<SubjectName, Reconnects>> {
  const seen = { holdfast: [] as Round[], stock: [] as Round[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of subjects) seen[name].push(await oneRound(name, cuts));
  }
  return { holdfast: summarize(seen.holdfast, cuts), stock: summarize(seen.stock, cuts) };
}

interface Round {
  readonly start: number;
  readonly after: readonly number[];
}

async function oneRound(name: SubjectName, cuts: number): Promise<Round> {
  const { authority, startMs, stop } = await startSubject(name);
  const after: number[] = [];
  try {
    for (let cut = 1; cut <= cuts; cut += 1) {
      const cutAt = performance.now();
      authority.link?.cut();
      await authority.waitForLink(cut + 1, { timeoutMs: PATIENCE_MS });
      after.push(performance.now() - cutAt);
    }
  } finally {
    await stop();
  }
  return { start: startMs, after };
}

function summarize(rounds: readonly Round[], cuts: number): Reconnects {
  const nth = (cut: number) => rounds.map(({ after }) => after[cut] ?? Number.NaN);
  return {
    start: median(rounds.map(({ start }) => start)),
    after: Array.from({ length: cuts }, (_, cut) => median(nth(cut))),
    slowest: Math.max(...rounds.flatMap(({ after }) => after)),
  };
}
