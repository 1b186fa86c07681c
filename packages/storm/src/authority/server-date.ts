import { EPOCH_MS } from '../engine/machine-clock.ts';

let second = Number.NaN;
let text = '';

/** The authority's `Date` header: its clock is right, and tells whole seconds. Made once a second, since every answer carries it. */
export function serverDate(now: number): string {
  const current = Math.floor((EPOCH_MS + now) / 1000);
  if (current !== second) {
    second = current;
    text = new Date(current * 1000).toUTCString();
  }
  return text;
}
