import type { Clock } from '../clock.ts';
import { networkOf } from '../entrance/peer.ts';
import { remember } from '../remember.ts';
import { afterWrong, leftOf, type Round, type RoundsOptions, waitOf } from './rounds.ts';

const MINUTE_MS = 60_000;
const ROUND = { roundMs: 10 * MINUTE_MS, capMs: 24 * 60 * MINUTE_MS };
/** Wrong codes from one address. */
const PER_ADDRESS: RoundsOptions = { ...ROUND, most: 10 };
/** Failures with one code, a right one with a wrong proof for instance, from wherever they come. */
const PER_CODE: RoundsOptions = { ...ROUND, most: 5 };
/** Wrong manual codes from everywhere: with 40 bits a code and ten minutes of life, one guess in 5 billion for each round. */
const OVERALL: RoundsOptions = { ...ROUND, most: 200, capMs: 60 * MINUTE_MS };
/** Addresses, and codes, remembered; the one heard of longest ago goes. */
const MOST_REMEMBERED = 10_000;

/** What somebody gave, and from where. */
export interface Guess {
  readonly address: string;
  /** Names the code without telling it; null for what has not the form of one. */
  readonly codeKey: string | null;
  /** One that a person types has 40 bits and can be guessed; the other, of 192, cannot, and nobody else's guesses hold it back. */
  readonly manual: boolean;
}

/** How often a pairing code may be guessed: by one address, with one code, and by everybody together. Each wait is longer than the one before. */
export class Tries {
  readonly #clock: Clock;
  readonly #addresses = new Map<string, Round>();
  readonly #codes = new Map<string, Round>();
  #overall: Round | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long to wait, in milliseconds; 0 when it may be looked at. */
  wait({ address, codeKey, manual }: Guess): number {
    const now = this.#clock.monotonic();
    return Math.max(
      waitOf(this.#addresses.get(networkOf(address)), PER_ADDRESS, now),
      codeKey === null ? 0 : waitOf(this.#codes.get(codeKey), PER_CODE, now),
      manual ? waitOf(this.#overall, OVERALL, now) : 0,
    );
  }

  /** Counts a wrong code; says how many more its address may give. */
  wrongCode({ address, codeKey, manual }: Guess): number {
    const now = this.#clock.monotonic();
    const network = networkOf(address);
    const own = afterWrong(this.#addresses.get(network), PER_ADDRESS, now);
    remember(this.#addresses, network, own, MOST_REMEMBERED);
    if (codeKey !== null) this.#failed(codeKey, now);
    if (manual) this.#overall = afterWrong(this.#overall, OVERALL, now);
    return leftOf(own, PER_ADDRESS, now);
  }

  /** Counts a right code that came with a wrong proof. */
  wrongProof(codeKey: string | null): void {
    if (codeKey !== null) this.#failed(codeKey, this.#clock.monotonic());
  }

  #failed(codeKey: string, now: number): void {
    remember(this.#codes, codeKey, afterWrong(this.#codes.get(codeKey), PER_CODE, now), MOST_REMEMBERED);
  }
}
