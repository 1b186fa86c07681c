import type { PairingStartResult } from '@holdfast/wire';
import { renderUnicodeCompact } from 'uqr';

/** The page's address with the code in its fragment, which no browser sends anywhere. */
export function pageAddress(relay: string, code: string): string {
  return `${new URL(relay).origin}/#${code}`;
}

export function qrCode(text: string): string {
  return renderUnicodeCompact(text, { border: 2 });
}

export function minutesLeft({ expiresAt }: PairingStartResult, nowMs: number): number {
  return Math.max(0, Math.round((expiresAt - nowMs / 1000) / 60));
}
