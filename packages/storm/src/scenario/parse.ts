import type { z } from 'zod';
import { lineOf, type Step } from './json-lines.ts';
import { impossible } from './possible.ts';
import { type Scenario, ScenarioSchema } from './schema.ts';

/** A scenario cannot be run. The message says where and why, one line for each fault. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** Faults beyond so many are not told. */
const MOST_FAULTS = 10;

/**
 * Reads a scenario.
 *
 * @param file what messages call the text
 * @throws ScenarioError
 */
export function parseScenario(text: string, file: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const line = text.slice(0, syntaxErrorAt(text)).split('\n').length;
    throw new ScenarioError(
      `${file}:${line}: this is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  const parsed = ScenarioSchema.safeParse(value);
  if (!parsed.success) throw faults(text, file, parsed.error.issues.map(describe));
  const wrong = impossible(parsed.data);
  if (wrong.length > 0) throw faults(text, file, wrong);
  return parsed.data;
}

export interface ScenarioFault {
  readonly path: readonly Step[];
  /** Goes on after the member's name. */
  readonly what: string;
}

function faults(text: string, file: string, all: readonly ScenarioFault[]): ScenarioError {
  const lines = all
    .slice(0, MOST_FAULTS)
    .map(({ path, what }) => `${file}:${lineOf(text, path)}: ${nameOf(path)} ${what}`);
  if (all.length > MOST_FAULTS) lines.push(`${file}: and ${all.length - MOST_FAULTS} more`);
  return new ScenarioError(lines.join('\n'));
}

function describe(issue: z.core.$ZodIssue): ScenarioFault {
  const path = issue.path.filter((step): step is Step => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return { path: [...path, key], what: 'is not a member that a scenario has here' };
  }
  return { path, what: `is wrong: ${issue.message}` };
}

function nameOf(path: readonly Step[]): string {
  if (path.length === 0) return 'the scenario';
  return path.reduce<string>((name, step) => {
    if (typeof step === 'number') return `${name}[${step}]`;
    return name === '' ? step : `${name}.${step}`;
  }, '');
}

/** Where a text stops being the beginning of a JSON value: the parser itself does not always say. */
function syntaxErrorAt(text: string): number {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isBeginning(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    return (
      error instanceof Error &&
      /end of JSON|Unterminated|Expected .* after|Expected property name/.test(error.message) &&
      isAtEnd(error.message, text)
    );
  }
}

/** An error that names a position is about the missing end only if that is the position. */
function isAtEnd(message: string, text: string): boolean {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined || Number(position) >= text.trimEnd().length;
}
