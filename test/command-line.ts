import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The options of a test that is a command of its own. A wrong one ends it with code 2, and with what is right. */
export function readOptions<const T extends NonNullable<ParseArgsConfig['options']>>(options: T, usage: string) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return mistaken(error instanceof Error ? error.message : String(error), usage);
  }
}

export function mistaken(what: string, usage: string): never {
  process.stderr.write(`${what}\nUsage: ${usage}\n`);
  process.exit(2);
}
