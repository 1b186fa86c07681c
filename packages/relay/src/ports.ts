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
  readonly #byOwner = new Map<string, Set<string>>();

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
    const dests = this.#byOwner.get(owner) ?? new Set();
    dests.delete(dest);
    dests.add(dest);
    this.#byOwner.set(owner, dests);
    return earlier;
  }

  /** False when a newer one has taken its place, or it never had one. */
  remove(dest: string, port: Port): boolean {
    if (this.#byDest.get(dest) !== port) return false;
    this.#byDest.delete(dest);
    const owner = ownerOf(dest);
    const dests = this.#byOwner.get(owner);
    dests?.delete(dest);
    if (dests?.size === 0) this.#byOwner.delete(owner);
    return true;
  }

  /** The links of all sessions of a client, or of a host, the oldest first. */
  ofOwner(owner: string): Port[] {
    return [...(this.#byOwner.get(owner) ?? [])].flatMap((dest) => this.#byDest.get(dest) ?? []);
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
    this.#byOwner.clear();
    return all;
  }
}
