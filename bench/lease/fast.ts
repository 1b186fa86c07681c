// The fast path: what a call costs while the token is fresh.

import { Worker } from '../common/ipc.ts';
import { median } from '../common/statistics.ts';
import { aloneCases } from './alone-cases.ts';
import { type FastCase, fastCases } from './fast-cases.ts';
import type { FastQuestion } from './fast-worker.ts';

export interface FastResult {
  readonly fast: FastCase;
  /** The median of all batches, in ns a call. */
  readonly ns: number;
  /** The median over all rounds of this case's price divided by that of its floor in the same round. */
  readonly ratio: number;
}

export interface AloneResult {
  readonly label: string;
  /** In ns, less what reading the clock around a call costs. */
  readonly ns: number;
}

export interface FastPath {
  readonly tight: readonly FastResult[];
  readonly alone: readonly AloneResult[];
}

/** Rounds in which every case has its turn, so that whatever else the machine does strikes all of them alike. */
export async function runFastPath(rounds: number, say: (what: string) => void): Promise<FastPath> {
  say('fast path');
  const tight = await interleave(fastCases, rounds);
  say('fast path: single calls');
  const alone = await interleave(aloneCases, Math.ceil(rounds / 4));
  const around = median(batchesOf(alone, 'alone-nothing'));
  return {
    tight: fastCases.map((fast) => {
      const batches = batchesOf(tight, fast.name);
      const floors = batchesOf(tight, fast.floor);
      const ratio = median(batches.map((ns, round) => ns / (floors[round] ?? Number.NaN)));
      return { fast, ns: median(batches), ratio };
    }),
    alone: aloneCases.slice(1).map(({ name, label }) => {
      return { label, ns: median(batchesOf(alone, name)) - around };
    }),
  };
}

/** The price of a call in each round, by case. */
async function interleave(cases: readonly { readonly name: string }[], rounds: number): Promise<Map<string, number[]>> {
  const workers = cases.map(({ name }) => ({
    name,
    worker: new Worker(new URL('fast-worker.ts', import.meta.url), [name]),
  }));
  try {
    const batches = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
    for (const { worker } of workers) await worker.ask('warm' satisfies FastQuestion);
    for (let round = 0; round < rounds; round += 1) {
      // Forwards and backwards in turn: a drift of the machine's speed cancels out.
      for (const { name, worker } of round % 2 === 0 ? workers : workers.toReversed()) {
        batchesOf(batches, name).push(await worker.ask<number>('batch' satisfies FastQuestion));
      }
    }
    return batches;
  } finally {
    for (const { worker } of workers) await worker.stop();
  }
}

function batchesOf(batches: Map<string, number[]>, name: string): number[] {
  const found = batches.get(name);
  if (found === undefined) throw new Error(`no case is called ${name}`);
  return found;
}
