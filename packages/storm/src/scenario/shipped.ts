import { readdirSync, readFileSync } from 'node:fs';
import { parseScenario } from './parse.ts';
import type { Scenario } from './schema.ts';

const FOLDER = new URL('../../scenarios/', import.meta.url);

/** The scenarios that come with the package, by name. */
export function shippedScenarios(): readonly Scenario[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => parseScenario(readFileSync(new URL(file, FOLDER), 'utf8'), file));
}
