import type { Clock } from './clock.ts';
import { Expiring } from './expiring.ts';
import { hashToken, mintToken, type RandomBytes } from './secrets.ts';
import type { KnownToken } from './tokens.ts';

const LIFE_MS = 30_000;
const MOST = 10_000;

/** What a ticket stands for. */
export interface Ticket {
  readonly token: KnownToken;
  /** Which of a client's links it is for; null for its only one. */
  readonly session: string | null;
}

/** Lets a browser, which cannot set headers, open a websocket: one use, thirty seconds (docs/protocol.md §8). */
export class Tickets {
  readonly #random: RandomBytes;
  readonly #open: Expiring<Ticket>;

  constructor({ clock, random }: { clock: Clock; random: RandomBytes }) {
    this.#random = random;
    this.#open = new Expiring({ clock, lifeMs: LIFE_MS, most: MOST });
  }

  issue(value: Ticket): { ticket: string; expiresAt: number } {
    const ticket = mintToken('ticket', this.#random);
    return { ticket, expiresAt: this.#open.put(keyOf(ticket), value) };
  }

  take(ticket: string): Ticket | null {
    return this.#open.take(keyOf(ticket));
  }
}

const keyOf = (ticket: string) => hashToken(ticket).toString('base64url');
