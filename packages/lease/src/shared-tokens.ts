import type { MutableCounts } from './counts.ts';
import type { Ledger } from './ledger.ts';
import type { Grant, Held } from './record.ts';
import type { SharedToken } from './shared-state.ts';
import type { StoreAccess } from './store-access.ts';
import { type ShareToken, TokenSeal } from './token-seal.ts';

/** The token in the store: what of it to take over, and what to put there. */
export class SharedTokens {
  readonly #ledger: Ledger;
  readonly #access: StoreAccess;
  readonly #counts: MutableCounts;
  readonly #windowMs: number;
  readonly #seal: TokenSeal;
  /** The grant that the ledger has or had, as it is stored. */
  #own: { readonly grant: Grant; readonly token: SharedToken } | null = null;
  /** Told once each, not at every look. */
  #unreadable: string | null = null;
  #unsealable: Grant | null = null;

  constructor(
    ledger: Ledger,
    access: StoreAccess,
    counts: MutableCounts,
    options: { readonly shareToken: ShareToken; readonly authority: string; readonly windowMs: number },
  ) {
    this.#ledger = ledger;
    this.#access = access;
    this.#counts = counts;
    this.#windowMs = options.windowMs;
    this.#seal = new TokenSeal(options.shareToken, options.authority);
  }

  /** Whether the store should hold another token, or none. */
  get isNew(): boolean {
    return this.mustForget || this.#toShare() !== null;
  }

  /** Takes over a newer token. Never rejects. */
  async adopt(): Promise<void> {
    const { token } = this.#access.state;
    const { generation, epoch } = this.#ledger.record;
    if (token === null || token.generation <= generation || token.ciphertext === this.#unreadable) return;
    try {
      const held = await this.#seal.open(token, this.#windowMs, () => [this.#ledger.now(), this.#access.now()]);
      const { record } = this.#ledger;
      if (held === null || token.generation <= record.generation || epoch !== record.epoch) return;
      this.#own = { grant: held.grant, token };
      this.#counts.adopted += 1;
      this.#ledger.siblingToken(held);
    } catch (error) {
      this.#unreadable = token.ciphertext;
      this.#access.failed('open', error);
    }
  }

  /** What the store should hold from now on, without any new token: that takes a moment to encrypt. */
  stored(): SharedToken | null {
    return this.mustForget ? null : this.#access.state.token;
  }

  /** What the store should hold from now on. Never rejects. */
  async next(): Promise<SharedToken | null> {
    const held = this.#toShare();
    if (held === null) return this.stored();
    if (this.#own?.grant === held.grant) return this.#own.token;
    try {
      const token = await this.#seal.seal(held, this.#ledger.now(), this.#access.now());
      if (this.#ledger.record.held !== held) return this.stored();
      this.#own = { grant: held.grant, token };
      return token;
    } catch (error) {
      this.#unsealable = held.grant;
      this.#access.failed('seal', error);
      return this.stored();
    }
  }

  /** The token in the store is one that this lease had and forgot. One that is newer stays. */
  get mustForget(): boolean {
    return (
      this.#own !== null &&
      this.#ledger.record.held === null &&
      this.#access.state.token?.ciphertext === this.#own.token.ciphertext
    );
  }

  /** Once: a token that is of no newer generation was stored before, or is another's, or was forgotten by whoever met a 401. */
  #toShare(): Held | null {
    const { held } = this.#ledger.record;
    if (held === null || held.grant === this.#unsealable) return null;
    return held.grant.generation > this.#access.state.generation ? held : null;
  }
}
