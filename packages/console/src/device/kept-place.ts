import { readKept, writeKept } from './local-keeping.ts';

/** Which conversation this tab shows, so that it shows it again after a reload; '' for none. */
const KEY = 'open';

export const readOpen = (): string => readKept(KEY, 'tab');

export const keepOpen = (machineId: string): void => writeKept(KEY, machineId, 'tab');
