import type { AgentLife, Ledger, StreamRecord } from './ledger.ts';

export interface Fault {
  readonly rule: Rule;
  /** Null where it concerns no stream. */
  readonly stream: string | null;
  readonly what: string;
}

export const rules = [
  'nothing lost',
  'nothing twice',
  'in order',
  'no stream ends without a cause',
  'nothing made up',
] as const;
export type Rule = (typeof rules)[number];

/** What a frame has beside its message, at most: ids, numbers, quotes. */
const FRAME_CHARS = 600;
/** Base64 of segments. */
const GROWTH = 1.4;

/**
 * What the ledger says about the system. What each side was owed is known from the other side's book; what nobody is owed any more is
 * stated: a host that is restarted forgets its streams, and a stream over its bound is reset. Both are told to the controller.
 *
 * @param streamBytes what may wait on one stream before it is reset
 */
export function judge(ledger: Ledger, streamBytes: number): Fault[] {
  const lives = Map.groupBy(ledger.lives, ({ stream }) => stream);
  const known = new Set(ledger.records.map(({ stream }) => stream));
  const faults = ledger.records.flatMap((record) =>
    judgeStream(record, lives.get(record.stream) ?? [], ledger, streamBytes),
  );
  for (const stream of lives.keys()) {
    if (!known.has(stream))
      faults.push({ rule: 'nothing made up', stream, what: 'an agent heard of a stream that nobody opened' });
  }
  return faults;
}

function judgeStream(record: StreamRecord, lives: readonly AgentLife[], ledger: Ledger, streamBytes: number): Fault[] {
  const faults: Fault[] = [];
  const fault = (rule: Rule, what: string) => faults.push({ rule, stream: record.stream, what });
  for (const life of lives) {
    for (const [rule, what] of gaps(life.heard)) fault(rule, `the agent on ${life.host} heard n ${what}`);
    const beyond = life.heard.find((n) => n > record.sent);
    if (beyond !== undefined)
      fault('nothing made up', `the agent heard n ${beyond}, and ${record.sent} was the last sent`);
  }
  for (const [rule, what] of gaps(record.took.map(({ m }) => m))) fault(rule, `the controller took m ${what}`);
  for (const what of record.strange) fault('nothing made up', what);
  for (const host of repeated(lives.map((life) => life.host)))
    fault('nothing twice', `the stream was begun twice on ${host}, which ran all the while`);

  const last = lives.at(-1);
  if (record.ending === 'gone') {
    if (!isExcused(record, lives, ledger, streamBytes))
      fault(
        'no stream ends without a cause',
        'its controller was told that it is gone; its host was not restarted, and too little waited for an overflow',
      );
    return faults;
  }
  const heardLast = highest(last?.heard ?? []);
  const owedUp =
    record.ending === 'open' || (record.ending === 'closed' && !isExcused(record, lives, ledger, streamBytes));
  if (owedUp && heardLast < record.sent)
    fault('nothing lost', `the agent heard up to n ${heardLast} of ${record.sent}`);
  const tookLast = highest(record.took.map(({ m }) => m));
  if (record.ending === 'open' && tookLast < (last?.said ?? 0))
    fault('nothing lost', `the controller took up to m ${tookLast} of ${last?.said}`);
  return faults;
}

/** Whole numbers from 1 on are expected, each once; what is not, by the rule it breaks. */
function* gaps(numbers: readonly number[]): Generator<[Rule, string]> {
  const seen = new Set<number>();
  let last = 0;
  for (const number of numbers) {
    if (seen.has(number)) yield ['nothing twice', `${number} twice`];
    else if (number < last) yield ['in order', `${number} after ${last}`];
    seen.add(number);
    last = Math.max(last, number);
  }
  for (let number = 1; number < last; number += 1)
    if (!seen.has(number)) yield ['nothing lost', `${last} and never ${number}`];
}

function highest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

function* repeated(names: readonly string[]): Generator<string> {
  for (const [name, { length }] of Map.groupBy(names, (each) => each)) if (length > 1) yield name;
}

/** Whether its host was killed while it was open. */
export function wasRestarted(record: StreamRecord, ledger: Ledger): boolean {
  return ledger.restarts.some(({ at, to }) => to === record.host && at >= record.openedAt);
}

function isExcused(record: StreamRecord, lives: readonly AgentLife[], ledger: Ledger, streamBytes: number): boolean {
  if (wasRestarted(record, ledger)) return true;
  const said = lives.reduce((most, life) => Math.max(most, life.saidChars), 0);
  const frames = lives.reduce((most, life) => Math.max(most, life.said), 0) - record.took.length;
  const waitedDown = (said - record.tookChars) * GROWTH + frames * FRAME_CHARS;
  const waitedUp = record.sentChars * GROWTH + record.sent * FRAME_CHARS; // at most: what was heard of it may be less
  return Math.max(waitedDown, waitedUp) >= streamBytes;
}
