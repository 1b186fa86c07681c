import type { LinkSocket } from './link-socket.ts';

/** The websockets that have not ended. */
export class OpenSockets {
  readonly #sockets = new Set<LinkSocket>();
  #onEmpty: (() => void) | null = null;

  add(socket: LinkSocket): void {
    this.#sockets.add(socket);
  }

  delete(socket: LinkSocket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#onEmpty?.();
  }

  [Symbol.iterator](): Iterator<LinkSocket> {
    return this.#sockets.values();
  }

  /** Fulfilled when all of them have ended. */
  async ended(): Promise<void> {
    if (this.#sockets.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }
}
