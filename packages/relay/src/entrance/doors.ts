import { once } from 'node:events';
import type { Server } from 'node:http';
import { listenError } from '../errors.ts';

/**
 * Connections that wait to be taken, as far as the system allows. The system forgets those beyond, and their peers learn that seconds
 * later, by a reset.
 */
const BACKLOG = 4_096;

export interface ListenAt {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

export interface Door {
  readonly http: Server;
  readonly at: ListenAt;
  readonly scheme: 'http' | 'https';
}

/** Where the relay is reached: the port that it was told to listen at, and beside it perhaps one for this machine alone. */
export class Doors {
  readonly #doors: readonly Door[];
  readonly #urls: string[] = [];

  private constructor(doors: readonly Door[]) {
    this.#doors = doors;
  }

  /** @throws RelayError when one of them cannot be opened; then none is */
  static async open(...doors: readonly Door[]): Promise<Doors> {
    const opened = new Doors(doors);
    try {
      for (const door of doors) opened.#urls.push(await bind(door));
      return opened;
    } catch (error) {
      for (const { http } of doors) http.close();
      throw error;
    }
  }

  /** `http://127.0.0.1:7420`: of the first, and of the last. */
  get url(): string {
    return this.#urls[0] ?? '';
  }

  get localUrl(): string {
    return this.#urls.at(-1) ?? '';
  }

  /** Accepts no more, and settles when the last connection has ended. */
  async close(): Promise<void> {
    await Promise.all(
      this.#doors.map(async ({ http }) => {
        const closed = once(http, 'close');
        http.close();
        await closed;
      }),
    );
  }

  closeIdleConnections(): void {
    for (const { http } of this.#doors) http.closeIdleConnections();
  }

  closeAllConnections(): void {
    for (const { http } of this.#doors) http.closeAllConnections();
  }
}

async function bind({ http, at: { host, port }, scheme }: Door): Promise<string> {
  const bare = host.replace(/^\[|\]$/g, '');
  http.listen({ port, host: bare, backlog: BACKLOG });
  try {
    await once(http, 'listening');
  } catch (cause) {
    throw listenError(cause, { host, port });
  }
  const address = http.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return `${scheme}://${bare.includes(':') ? `[${bare}]` : bare}:${bound}`;
}
