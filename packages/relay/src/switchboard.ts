import type { DatabaseSync } from 'node:sqlite';
import type { FromController, FromHost } from '@holdfast/wire';
import type { Logger } from 'pino';
import type { Effects } from './effects.ts';
import { Journal, type Write } from './journal.ts';
import { closeCodes } from './links/close-codes.ts';
import type { Mailbox } from './mailbox.ts';
import type { Routing } from './routing.ts';
import type { Server } from './servers.ts';
import type { StreamLife } from './stream-life.ts';
import type { Streams } from './streams.ts';

/** A live link, as the switchboard sees it. */
export interface Port {
  /** Whether everything in its mailbox has gone out: what is not mailed must not overtake what is. */
  readonly caughtUp: boolean;
  send(text: string): void;
  /** Goes on with its mailbox. */
  pump(): void;
  close(code: number, reason: string): void;
}

export interface SwitchboardOptions {
  readonly db: DatabaseSync;
  readonly routing: Routing;
  readonly life: StreamLife;
  readonly streams: Streams;
  readonly mailbox: Mailbox;
  readonly logger: Logger;
}

/** Who is where, and what goes to whom once it is durable. A destination is a server_id or a client_id. */
export class Switchboard {
  readonly #ports: Map<string, Port>;
  readonly #options: SwitchboardOptions;
  readonly #journal: Journal;

  constructor(options: SwitchboardOptions, ports: Map<string, Port>) {
    this.#options = options;
    this.#ports = ports;
    this.#journal = new Journal({
      db: options.db,
      beforeCommit: () => options.streams.save(),
      committed: (effects) => this.#perform(effects),
      failed: (cause) => this.#fail(cause),
    });
  }

  isLive(dest: string): boolean {
    return this.#ports.has(dest);
  }

  /** `remembers`: the host knows what it had from here; without, it has begun anew. Returns once that is durable. */
  attachHost(serverId: string, port: Port, cursor: number | null): void {
    this.#attach(serverId, port, (effects) => {
      if (cursor === null) this.#options.life.hostBeganAnew(serverId, effects);
      else this.#options.mailbox.trimHost(serverId, cursor);
    });
  }

  attachController(clientId: string, port: Port, cursor: number | null): void {
    this.#attach(clientId, port, () => {
      if (cursor !== null) this.#options.mailbox.trimController(clientId, cursor);
    });
  }

  detach(dest: string, port: Port): void {
    if (this.#ports.get(dest) === port) this.#ports.delete(dest);
  }

  fromHost({ serverId, environmentId }: Server, envelope: FromHost, bytes: number): void {
    this.#journal.add(bytes, (effects) => this.#options.routing.fromHost(serverId, environmentId, envelope, effects));
  }

  fromController(envelope: FromController, bytes: number): void {
    this.#journal.add(bytes, (effects) => this.#options.routing.fromController(envelope, effects));
  }

  hostConfirmed(serverId: string, cursor: number): void {
    this.#journal.add(0, () => this.#options.mailbox.trimHost(serverId, cursor));
  }

  controllerConfirmed(clientId: string, cursor: number, { acksEndToEnd }: { acksEndToEnd: boolean }): void {
    this.#journal.add(0, () => {
      if (acksEndToEnd) this.#options.mailbox.trimNotices(clientId, cursor);
      else this.#options.mailbox.trimController(clientId, cursor);
    });
  }

  /** Takes a client's access to a host away: `write` does the rest of it, in the same transaction. */
  revoke(clientId: string, serverId: string, write: Write): void {
    this.#journal.run((effects) => {
      this.#options.life.cutOff(clientId, serverId, effects);
      write(effects);
    });
    this.#ports.get(clientId)?.close(closeCodes.revoked, 'this device was removed from a host');
  }

  sweep(): void {
    this.#journal.add(0, (effects) => this.#options.life.sweep(effects));
  }

  /** Commits what is waiting, then ends every link. */
  close(): void {
    this.#journal.flush();
    for (const port of [...this.#ports.values()]) port.close(closeCodes.goingAway, 'the relay is stopping');
    this.#ports.clear();
  }

  #attach(dest: string, port: Port, write: Write): void {
    this.#journal.run(write);
    const earlier = this.#ports.get(dest);
    this.#ports.set(dest, port);
    earlier?.close(closeCodes.superseded, 'a newer connection took its place');
    port.pump();
  }

  /** Mail first, so that what is said beside it does not overtake it. */
  #perform(effects: Effects): void {
    for (const dest of effects.mailed) this.#ports.get(dest)?.pump();
    for (const { dest, text } of effects.acks()) this.#ports.get(dest)?.send(text);
    for (const { dest, text } of effects.remarks) {
      const port = this.#ports.get(dest);
      if (port?.caughtUp) port.send(text);
    }
  }

  /** Nothing was acked, so every peer sends it again once it has reconnected. */
  #fail(cause: unknown): void {
    const { streams, mailbox, logger } = this.#options;
    logger.error({ err: cause }, 'what arrived could not be stored; every link is closed, so that peers send it again');
    for (const port of [...this.#ports.values()])
      port.close(closeCodes.internal, 'the relay could not store a message');
    this.#ports.clear();
    streams.reload();
    mailbox.reload();
  }
}
