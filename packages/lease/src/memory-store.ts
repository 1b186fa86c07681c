import type { LeaseStore, StoreView } from './store.ts';

export interface MemoryStoreOptions {
  /** See `LeaseStore`. */
  readonly authority: string;
  /** Milliseconds on a clock that nobody sets. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

/** A store for several leases of one process. */
export class MemoryStore implements LeaseStore {
  readonly authority: string;
  readonly #now: () => number;
  readonly #watchers = new Set<() => void>();
  #version = 0;
  #text: string | null = null;

  constructor({ authority, now = () => performance.now() }: MemoryStoreOptions) {
    this.authority = authority;
    this.#now = now;
  }

  read(): StoreView {
    return { version: this.#version, text: this.#text, now: this.#now() };
  }

  swap(expected: number, text: string): boolean {
    if (expected !== this.#version) return false;
    this.#version += 1;
    this.#text = text;
    for (const watcher of [...this.#watchers]) watcher();
    return true;
  }

  watch(onChange: () => void): () => void {
    // A wrapper of its own, so that the same function may watch twice and leave once.
    const watcher = (): void => onChange();
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}
