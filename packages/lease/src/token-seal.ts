import { later, type Reading, remaining } from './clock.ts';
import { type Held, makeHeld } from './record.ts';
import type { SharedToken } from './shared-state.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** The most that is encrypted, in bytes: what becomes of it has to fit into a store's text. */
const MAX_BYTES = 32_768;

/** How a lease may share its token with the others of its store. */
export interface ShareToken {
  /** 32 random bytes, the same for all leases of the store, kept somewhere else than the store. */
  readonly key: Uint8Array;
}

/** @throws RangeError if it is not 32 bytes long */
export function checkKey({ key }: ShareToken): void {
  if (key instanceof Uint8Array && key.byteLength === KEY_BYTES) return;
  const found = key instanceof Uint8Array ? `${key.byteLength} bytes long` : `a ${typeof key}`;
  throw new RangeError(`shareToken.key is ${found}; it must be a Uint8Array of ${KEY_BYTES} bytes.`);
}

/** What is encrypted. `ends` and `mintedAt` are of the store's clock. */
interface Contents {
  readonly token: string;
  readonly expiresAt: number;
  readonly lifeMs: number;
  readonly wallEnds: number;
  readonly ends: number;
  readonly mintedAt: number;
}

/**
 * Encrypts a token for the store: AES-256-GCM, a random nonce for each, bound to the authority and the generation so that one
 * record cannot be passed off as another.
 */
export class TokenSeal {
  readonly #key: ReturnType<typeof crypto.subtle.importKey>;
  readonly #authority: string;

  constructor({ key }: ShareToken, authority: string) {
    this.#key = crypto.subtle.importKey('raw', new Uint8Array(key), 'AES-GCM', false, ['encrypt', 'decrypt']);
    this.#key.catch(() => {}); // told to whoever uses it
    this.#authority = authority;
  }

  /** @throws Error if the token is too long to be shared */
  async seal(held: Held, now: Reading, storeNow: number): Promise<SharedToken> {
    const { token, expiresAt, generation } = held.grant;
    const contents: Contents = {
      token,
      expiresAt,
      lifeMs: held.lifeMs,
      wallEnds: held.expires.wall,
      ends: storeNow + held.expires.monotonic - now.monotonic,
      mintedAt: storeNow + held.mintedAt.monotonic - now.monotonic,
    };
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const plain = new TextEncoder().encode(JSON.stringify(contents));
    if (plain.byteLength > MAX_BYTES) throw new Error(`the token is longer than ${MAX_BYTES} bytes, too long to share`);
    const sealed = await crypto.subtle.encrypt(this.#algorithm(nonce, generation), await this.#key, plain);
    return { generation, expiresAt, ciphertext: toBase64(nonce) + toBase64(new Uint8Array(sealed)) };
  }

  /** Null if the token may no longer be valid. @throws Error if the key is another, or the record not what was sealed */
  async open(shared: SharedToken, windowMs: number, moment: () => [Reading, number]): Promise<Held | null> {
    const contents = await this.#decrypt(shared);
    const [now, storeNow] = moment();
    const { token, expiresAt, lifeMs, wallEnds, ends, mintedAt } = contents;
    // Sealed later than now: before a reboot, so that only the wall clock is left, and that can be set.
    if (storeNow < mintedAt) return null;
    const expires = later(now, Math.min(wallEnds - now.wall, ends - storeNow, lifeMs));
    if (remaining(expires, now) <= 0) return null;
    const minted = later(now, mintedAt - storeNow);
    return makeHeld({ token, expiresAt, generation: shared.generation, lifeMs, expires, mintedAt: minted }, windowMs);
  }

  async #decrypt({ ciphertext, generation }: SharedToken): Promise<Contents> {
    let text: string;
    try {
      const bytes = fromBase64(ciphertext);
      const algorithm = this.#algorithm(bytes.subarray(0, NONCE_BYTES), generation);
      const plain = await crypto.subtle.decrypt(algorithm, await this.#key, bytes.subarray(NONCE_BYTES));
      text = new TextDecoder().decode(plain);
    } catch (cause) {
      throw new Error('the shared token cannot be decrypted: another key, or a damaged record', { cause });
    }
    // Authentic: this class wrote it.
    return JSON.parse(text) as Contents;
  }

  #algorithm(iv: Uint8Array<ArrayBuffer>, generation: number) {
    const additionalData = new TextEncoder().encode(JSON.stringify([this.#authority, generation]));
    return { name: 'AES-GCM', iv, additionalData };
  }
}

// Twelve bytes of nonce are sixteen characters without padding, so that the two texts join into one.
function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
