import { readFileSync } from 'node:fs';
import { DrillRequest, limits, parseBody, WireError } from '@holdfast/wire';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** The drills of a file: one JSON object, or a list of them. @throws CliError that names the member at fault */
export function readDrillFile(path: string): DrillRequest[] {
  const wrong = (why: string, cause?: unknown) =>
    new CliError(
      exitCodes.usage,
      `--drill ${path}: ${why}. A drill is like {"fault":"502","endpoints":["refresh"],"share":0.5,"retry_after_seconds":60,"duration_seconds":300}.`,
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw wrong(
      error instanceof SyntaxError ? 'it is not JSON' : String(error instanceof Error ? error.message : error),
      error,
    );
  }
  const drills = Array.isArray(value) ? value : [value];
  if (drills.length > limits.drills) throw wrong(`at most ${limits.drills} go on at once`);
  return drills.map((drill, index) => {
    const what = Array.isArray(value) ? `drill ${index + 1}` : 'the drill';
    try {
      return parseBody(DrillRequest, drill, what);
    } catch (error) {
      throw error instanceof WireError ? wrong(error.message, error) : error;
    }
  });
}
