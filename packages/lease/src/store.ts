/** What a store holds at one moment. */
export interface StoreView {
  /** Rises by one with every swap; 0 while nothing is stored. */
  readonly version: number;
  /** What the leases wrote, unchanged; null while nothing is stored. They check what comes back. */
  readonly text: string | null;
  /**
   * The store's own clock in ms: one that all its users share and that nobody can set, such as the machine's time since boot, or
   * the time of a database server. It may begin anew when the machine does.
   */
  readonly now: number;
}

/**
 * Where several leases of one authority meet: processes of a machine, or one process before and after a restart. A store keeps a
 * single small text and changes it by compare-and-swap; what the text means is the leases' business.
 *
 * Synchronous or asynchronous, as suits the medium. It may be slow, fail or hold nonsense: every call is bounded in time, and a lease
 * that cannot rely on its store goes on with what it knows itself and says so in a `store-failed` event. All leases of one store
 * must be after the same token: same authority, same account.
 */
export interface LeaseStore {
  /** What the token is for and whose it is, such as the authority's address and the client's id. Not secret; not empty. */
  readonly authority: string;
  /** @param signal aborts when nobody waits for the answer any more */
  read(signal: AbortSignal): StoreView | Promise<StoreView>;
  /**
   * Stores `text` as version `expected + 1`, if `expected` still is the stored version. Atomic among all users, and durable once it
   * has resolved.
   *
   * @param text at most 65,536 characters
   * @returns whether it was stored
   */
  swap(expected: number, text: string, signal: AbortSignal): boolean | Promise<boolean>;
  /**
   * Calls `onChange` soon after somebody swapped. May call too often; a lease that waits also looks every five seconds itself.
   *
   * @returns what ends that
   */
  watch(onChange: () => void): () => void;
}
