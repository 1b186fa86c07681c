import type { DatabaseSync } from 'node:sqlite';
import type { FromController, FromHost } from '@holdfast/wire';
import type { Logger } from 'pino';
import type { Bounds } from './bounds.ts';
import { ownerOf } from './destination.ts';
import type { Devices } from './devices.ts';
import type { Effects } from './effects.ts';
import { Journal, type Write } from './journal.ts';
import { closeCodes } from './links/close-codes.ts';
import type { Mailbox } from './mailbox.ts';
import type { Port, Ports } from './ports.ts';
import type { Presence } from './presence/presence.ts';
import type { Routing } from './routing.ts';
import type { Server } from './servers.ts';
import type { StreamLife } from './stream-life.ts';
import type { Streams } from './streams.ts';

export interface SwitchboardOptions {
  readonly db: DatabaseSync;
  readonly routing: Routing;
  readonly life: StreamLife;
  readonly streams: Streams;
  readonly mailbox: Mailbox;
  readonly ports: Ports;
  readonly presence: Presence;
  readonly devices: Devices;
  readonly bounds: Bounds;
  readonly logger: Logger;
}

/** Who is where, and what goes to whom once it is durable. */
export class Switchboard {
  readonly #options: SwitchboardOptions;
  readonly #journal: Journal;
  #condition: 'ready' | 'failing' | 'stopping' = 'ready';

  constructor(options: SwitchboardOptions) {
    this.#options = options;
    this.#journal = new Journal({
      db: options.db,
      beforeCommit: () => options.streams.save(),
      committed: (effects) => this.#perform(effects),
      failed: (cause) => this.#fail(cause),
    });
  }

  /** `failing`: what came last could not be stored. */
  get condition(): 'ready' | 'failing' | 'stopping' {
    return this.#condition;
  }

  /** `remembers`: the host knows what it had from here; without, it has begun anew. Returns once that is durable. */
  attachHost(serverId: string, port: Port, cursor: number | null): void {
    this.#attach(serverId, port, (effects) => {
      if (cursor === null) this.#options.life.hostBeganAnew(serverId, effects);
      else this.#options.mailbox.trimHost(serverId, cursor);
    });
  }

  attachController(dest: string, port: Port, cursor: number | null): void {
    const { mailbox, ports, bounds } = this.#options;
    this.#attach(dest, port, () => {
      if (cursor !== null) mailbox.trimController(dest, cursor);
    });
    const sessions = ports.ofOwner(ownerOf(dest));
    for (const oldest of sessions.slice(0, Math.max(0, sessions.length - bounds.sessionsPerClient)))
      oldest.close(closeCodes.tooManySessions, `this device has ${bounds.sessionsPerClient} newer connections`);
  }

  detach(dest: string, port: Port): void {
    this.#options.ports.remove(dest, port);
  }

  fromHost({ serverId, environmentId }: Server, envelope: FromHost, bytes: number): void {
    this.#journal.add(bytes, (effects) => this.#options.routing.fromHost(serverId, environmentId, envelope, effects));
  }

  fromController(dest: string, envelope: FromController, bytes: number): void {
    this.#journal.add(bytes, (effects) => this.#options.routing.fromController(dest, envelope, effects));
  }

  hostConfirmed(serverId: string, cursor: number): void {
    this.#journal.add(0, () => this.#options.mailbox.trimHost(serverId, cursor));
  }

  controllerConfirmed(dest: string, cursor: number, { acksEndToEnd }: { acksEndToEnd: boolean }): void {
    this.#journal.add(0, () => {
      if (acksEndToEnd) this.#options.mailbox.trimNotices(dest, cursor);
      else this.#options.mailbox.trimController(dest, cursor);
    });
  }

  /** Takes a client's access to hosts away: `write` does the rest of it, in the same transaction. */
  revoke(clientId: string, serverIds: readonly string[], write: Write): void {
    const { life, devices } = this.#options;
    this.#journal.run((effects) => {
      for (const serverId of serverIds) life.cutOff(clientId, serverId, effects);
      write(effects);
      if (devices.get(clientId) === null) life.removeClient(clientId);
    });
    for (const port of this.#options.ports.ofOwner(clientId))
      port.close(closeCodes.revoked, 'this device was removed from a host');
  }

  /** Takes a host away: `write` does the rest of it, in the same transaction. */
  removeServer(serverId: string, write: Write): void {
    const { life, ports } = this.#options;
    this.#journal.run((effects) => {
      life.removeServer(serverId, effects);
      write(effects);
    });
    for (const port of ports.ofOwner(serverId)) port.close(closeCodes.removed, 'this host was removed from the relay');
  }

  /** Writes beside what passes, in its next transaction. */
  note(write: () => void): void {
    this.#journal.add(0, write);
  }

  sweep(): void {
    this.#journal.add(0, (effects) => {
      this.#options.life.sweep(effects);
      this.#options.presence.save();
    });
  }

  /** Commits what is waiting, then ends every link. */
  close(): void {
    this.#journal.add(0, () => this.#options.presence.stop());
    this.#journal.flush();
    this.#condition = 'stopping';
    for (const port of this.#options.ports.clear()) port.close(closeCodes.goingAway, 'the relay is stopping');
  }

  #attach(dest: string, port: Port, write: Write): void {
    this.#journal.run(write);
    const earlier = this.#options.ports.put(dest, port);
    earlier?.close(closeCodes.superseded, 'a newer connection took its place');
    port.pump();
  }

  /** Mail first, so that what is said beside it does not overtake it. */
  #perform(effects: Effects): void {
    if (this.#condition === 'failing') this.#condition = 'ready';
    const { ports } = this.#options;
    for (const dest of effects.mailed) ports.get(dest)?.pump();
    for (const { dest, text } of effects.acks()) ports.get(dest)?.send(text);
    for (const { dest, text } of effects.remarks) {
      const port = ports.get(dest);
      if (port?.caughtUp) port.send(text);
    }
  }

  /** Nothing was acked, so every peer sends it again once it has reconnected. */
  #fail(cause: unknown): void {
    const { streams, mailbox, ports, logger } = this.#options;
    this.#condition = 'failing';
    logger.error({ err: cause }, 'what arrived could not be stored; every link is closed, so that peers send it again');
    for (const port of ports.clear()) port.close(closeCodes.internal, 'the relay could not store a message');
    streams.reload();
    mailbox.reload();
  }
}
