// What the benches' commands have in common.
import type { Row } from './rows.ts';

/** What every bench may be told, for `parseArgs`. */
export const benchOptions = {
  json: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Says on stderr what is being measured. */
export function say(what: string): void {
  process.stderr.write(`${what}…\n`);
}

/** Runs a bench, or tells how it is used. What keeps it from running is told in a sentence, with exit code 1. */
export async function runBench(help: boolean, usage: string, main: () => Promise<void>): Promise<void> {
  if (help) {
    process.stdout.write(usage);
    return;
  }
  try {
    await main();
  } catch (error) {
    process.stderr.write(`The bench could not be run: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** Gives the result on stdout: for machines, or for people. */
export function show(json: boolean, rows: readonly Row[], tables: string): void {
  process.stdout.write(json ? `${JSON.stringify({ rows })}\n` : `${tables}\n`);
}
