import { readKept, writeKept } from './local-keeping.ts';

/** What was typed and not sent, for when the page is closed or reloaded. */
const keyOf = (machineId: string) => `draft:${machineId}`;

export const readDraft = (machineId: string): string => readKept(keyOf(machineId));

export const keepDraft = (machineId: string, text: string): void => writeKept(keyOf(machineId), text);
