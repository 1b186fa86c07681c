import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** That many random bytes. */
export type RandomBytes = (size: number) => Uint8Array;

/** From 0 (inclusive) to 1 (exclusive). */
export function randomShare(random: RandomBytes): number {
  return Buffer.from(random(6)).readUIntBE(0, 6) / 2 ** 48;
}

/** What a token says about itself, so that a leaked one is recognised by a scanner and a mistaken one by its reader. */
export const tokenPrefix = {
  account: 'hfa_',
  server: 'hfs_',
  controller: 'hfc_',
  ticket: 'hft_',
  challenge: 'hfq_',
} as const;

/** 256 random bits. */
export function mintToken(kind: keyof typeof tokenPrefix, random: RandomBytes): string {
  return tokenPrefix[kind] + Buffer.from(random(32)).toString('base64url');
}

export function mintId(prefix: string, random: RandomBytes): string {
  return prefix + Buffer.from(random(16)).toString('hex');
}

/** All that is kept of a token. It has 256 random bits, so no salt and no slow hash would add anything. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

/** A manual code has only 40 bits: without the pepper, its hash could be looked up in a table made beforehand. */
export function hashCode(code: string, pepper: Uint8Array): Buffer {
  return createHmac('sha256', pepper).update(code).digest();
}

export function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
