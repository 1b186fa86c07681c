import { ownerOf } from './destination.ts';
import type { SplicedFrame } from './passing/host-frame.ts';

/** A live link, as the switchboard sees it. */
export interface Port {
  /** Whether everything in its mailbox has gone out: what is not mailed must not overtake what is. */
  readonly caughtUp: boolean;
  /** Whether frames may go to it that are not in its mailbox: it has caught up, reads what it is sent, and acks end to end. */
  readonly takesDirect: boolean;
  /** Whether it has ended. */
  readonly closed: boolean;
  /** How long nothing came from the peer. */
  readonly silentMs: number;
  send(text: string | Buffer): void;
  /** Sends what is kept until the peer acks it. */
  forward(frame: SplicedFrame): void;
  /** Mail that it was sent before it became mail. */
  hasHad(cursor: number): void;
  /** Goes on with its mailbox. */
  pump(): void;
  close(code: number, reason: string): void;
  /** Ends without a word, as a network does. */
  cut(): void;
}

/** The live link of each destination, and the destinations of each owner. */
export class Ports {
  readonly #byDest = new Map<string, Port>();
  /** Of each client that has sessions, in the order of coming; a host has but one destination. */
  readonly #ordered = new Map<string, Set<string>>();

  get(dest: string): Port | undefined {
    return this.#byDest.get(dest);
  }

  has(dest: string): boolean {
    return this.#byDest.has(dest);
  }

  /** Gives the link whose place it took. The newest is the last of its owner's. */
  put(dest: string, port: Port): Port | undefined {
    const earlier = this.#byDest.get(dest);
    this.#byDest.set(dest, port);
    const owner = ownerOf(dest);
    const known = this.#ordered.get(owner);
    if (known === undefined && owner === dest) return earlier;
    const ordered = known ?? new Set(this.#byDest.has(owner) ? [owner] : []);
    ordered.delete(dest);
    ordered.add(dest);
    this.#ordered.set(owner, ordered);
    return earlier;
  }

  /** False when a newer one has taken its place, or it never had one. */
  remove(dest: string, port: Port): boolean {
    if (this.#byDest.get(dest) !== port) return false;
    this.#byDest.delete(dest);
    const owner = ownerOf(dest);
    const ordered = this.#ordered.get(owner);
    ordered?.delete(dest);
    if (ordered?.size === 0) this.#ordered.delete(owner);
    return true;
  }

  /** The links of all sessions of a client, or of a host, the oldest first. */
  ofOwner(owner: string): Port[] {
    const ordered = this.#ordered.get(owner);
    if (ordered !== undefined) return [...ordered].flatMap((dest) => this.#byDest.get(dest) ?? []);
    const only = this.#byDest.get(owner);
    return only === undefined ? [] : [only];
  }

  get count(): number {
    return this.#byDest.size;
  }

  links(): Iterable<Port> {
    return this.#byDest.values();
  }

  all(): Iterable<[string, Port]> {
    return this.#byDest;
  }

  /** Forgets and gives all of them. */
  clear(): Port[] {
    const all = [...this.#byDest.values()];
    this.#byDest.clear();
    this.#ordered.clear();
    return all;
  }
}
