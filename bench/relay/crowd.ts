// Hosts by the thousand: each with a link that says nothing.
import { reconnectDelay } from '../../packages/host/src/link/backoff.ts';
import { nowMicros } from './load-frame.ts';
import { HandshakeRefused, RawLink, type Target } from './raw-link.ts';

export type CrowdQuestion =
  | { readonly ask: 'crowd'; readonly targets: readonly Target[]; readonly atOnce: number }
  | { readonly ask: 'return' }
  | { readonly ask: 'disperse' };

export interface Gathered {
  /** Until the last one was in, in ms. */
  readonly tookMs: number;
  /** Handshakes that were told to come later, and did. */
  readonly refused: number;
}

export interface Returned {
  /** µs, by the clock of the machine: when each was back. */
  readonly backAt: readonly number[];
  readonly refused: number;
}

const QUIET = { onText: () => {} };

export class Crowd {
  #links: RawLink[] = [];
  #targets: readonly Target[] = [];
  /** Links that were cut. */
  #cut: Promise<void>[] = [];

  async answer(question: CrowdQuestion): Promise<Gathered | Returned | null> {
    switch (question.ask) {
      case 'crowd':
        return this.#gather(question.targets, question.atOnce);
      case 'return':
        return this.#return();
      case 'disperse':
        for (const link of this.#links) link.reset();
        this.#cut = [];
        this.#links = [];
        return null;
    }
  }

  async #gather(targets: readonly Target[], atOnce: number): Promise<Gathered> {
    this.#targets = targets;
    const from = performance.now();
    const left = targets.values();
    let refused = 0;
    const open = async (target: Target): Promise<void> => {
      for (;;) {
        try {
          this.#links.push(await RawLink.open(target, this.#events()));
          return;
        } catch (error) {
          if (!(error instanceof HandshakeRefused) || error.retryAfterMs === 0) throw error;
          this.#cut.pop();
          refused += 1;
          await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs));
        }
      }
    };
    const openAll = async (): Promise<void> => {
      for (const target of left) await open(target);
    };
    await Promise.all(Array.from({ length: atOnce }, openAll));
    return { tookMs: performance.now() - from, refused };
  }

  /** Waits for every link to be cut, and has each host come back as hosts do: after a random wait that grows with each try. */
  async #return(): Promise<Returned> {
    const backAt: number[] = [];
    let refused = 0;
    this.#links = [];
    const comeBack = async (cut: Promise<void>, target: Target): Promise<void> => {
      await cut;
      for (let attempt = 0, floor = 0; ; attempt += 1) {
        const wait = floor + reconnectDelay(attempt, Math.random);
        await new Promise((resolve) => setTimeout(resolve, wait));
        try {
          this.#links.push(await RawLink.open(target, { ...QUIET, onClose: () => {} }));
          backAt.push(nowMicros());
          return;
        } catch (error) {
          floor = error instanceof HandshakeRefused ? error.retryAfterMs : 0;
          if (error instanceof HandshakeRefused) refused += 1;
        }
      }
    };
    const cuts = this.#cut;
    this.#cut = [];
    await Promise.all(this.#targets.map((target, n) => comeBack(cuts[n] ?? Promise.resolve(), target)));
    return { backAt, refused };
  }

  #events() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#cut.push(promise);
    return { ...QUIET, onClose: resolve };
  }
}
