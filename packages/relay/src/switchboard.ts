import type { DatabaseSync } from 'node:sqlite';
import { type FromController, positionOf, WHOLE } from '@holdfast/wire';
import type { Logger } from 'pino';
import type { Bounds } from './bounds.ts';
import type { Clock } from './clock.ts';
import { ownerOf } from './destination.ts';
import type { Devices } from './devices.ts';
import type { Arrival, Effects } from './effects.ts';
import { Journal, type Write } from './journal.ts';
import { closeCodes } from './links/close-codes.ts';
import type { Mailbox } from './mailbox.ts';
import type { RelayMetrics } from './metrics/relay-metrics.ts';
import type { Direct } from './passing/direct.ts';
import type { Flights } from './passing/flights.ts';
import type { HostFrame } from './passing/host-frame.ts';
import type { Port, Ports } from './ports.ts';
import type { Presence } from './presence/presence.ts';
import type { Routing } from './routing.ts';
import type { StreamLife } from './stream-life.ts';
import type { Stream, Streams } from './streams.ts';

export interface SwitchboardOptions {
  readonly db: DatabaseSync;
  readonly clock: Clock;
  readonly routing: Routing;
  readonly direct: Direct;
  readonly flights: Flights;
  readonly life: StreamLife;
  readonly streams: Streams;
  readonly mailbox: Mailbox;
  readonly ports: Ports;
  readonly presence: Presence;
  readonly devices: Devices;
  readonly bounds: Bounds;
  readonly logger: Logger;
  readonly metrics: Pick<RelayMetrics, 'stored'>;
}

/** Between two transactions of writing down who is there. */
const SAVE_EVERY_MS = 1_000;

/** What is taken away at once. */
export interface Taken {
  /** Devices, and the hosts that each may reach no more. */
  readonly clients?: readonly { readonly clientId: string; readonly serverIds: readonly string[] }[];
  /** Hosts that are no more. */
  readonly servers?: readonly string[];
}

/** Who is where, and what goes to whom once it is durable. */
export class Switchboard {
  readonly #options: SwitchboardOptions;
  readonly #journal: Journal;
  /** Links whose coming is not durable yet. */
  readonly #arriving = new Set<Port>();
  #condition: 'ready' | 'failing' | 'draining' = 'ready';

  constructor(options: SwitchboardOptions) {
    this.#options = options;
    this.#journal = new Journal({
      db: options.db,
      clock: options.clock,
      beforeCommit: () => options.streams.save(),
      committed: (effects) => this.#perform(effects),
      failed: (cause) => this.#fail(cause),
      onBatch: (batch) => options.metrics.stored(batch),
    });
    options.flights.watch((overdue) => this.#land(overdue));
  }

  /** `failing`: what came last could not be stored. */
  get condition(): 'ready' | 'failing' | 'draining' {
    return this.#condition;
  }

  /**
   * The host is reached by this link once what follows from its coming is durable: at once where nothing does, else at the end of the turn.
   *
   * @param cursor what the host knows that it had from here; null for one that has begun anew
   */
  attachHost(serverId: string, port: Port, cursor: number | null): void {
    const { life, mailbox, streams } = this.#options;
    const changesNothing =
      cursor === null ? streams.ofServer(serverId).length === 0 : mailbox.waitingFor(serverId).frames === 0;
    this.#attach({ dest: serverId, port }, changesNothing, (effects) => {
      if (cursor === null) life.hostBeganAnew(serverId, effects);
      else mailbox.trimHost(serverId, cursor);
    });
  }

  attachController(dest: string, port: Port, cursor: number | null): void {
    const { mailbox, life } = this.#options;
    const changesNothing =
      !life.anyInFlight(dest) && (cursor === null || mailbox.waitingFor(ownerOf(dest)).frames === 0);
    this.#attach({ dest, port }, changesNothing, (effects) => {
      life.landAll(dest, effects);
      if (cursor !== null) mailbox.trimController(dest, cursor);
    });
  }

  detach(dest: string, port: Port): void {
    const { ports, life } = this.#options;
    if (ports.remove(dest, port) && life.anyInFlight(dest))
      this.#journal.add(0, (effects) => life.landAll(dest, effects));
  }

  fromHost(serverId: string, frame: HostFrame): void {
    const { direct, routing } = this.#options;
    if (this.#journal.idle && direct.forward(serverId, frame)) return;
    this.#journal.add(frame.content.size, (effects) => routing.fromHost(serverId, frame, effects));
  }

  fromController(dest: string, envelope: FromController, bytes: number): void {
    if (envelope.type === 'ack' && this.#journal.idle && this.#acked(dest, envelope)) return;
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

  /** Takes devices' access to hosts, and whole hosts, away: `write` does the rest of it, in the same transaction. */
  takeAway({ clients = [], servers = [] }: Taken, write: Write): void {
    const { life, devices, ports } = this.#options;
    this.#journal.run((effects) => {
      for (const { clientId, serverIds } of clients)
        for (const serverId of serverIds) life.cutOff(clientId, serverId, effects);
      for (const serverId of servers) life.removeServer(serverId, effects);
      write(effects);
      for (const { clientId } of clients) if (devices.get(clientId) === null) life.removeClient(clientId);
    });
    for (const { clientId } of clients)
      for (const port of ports.ofOwner(clientId)) port.close(closeCodes.revoked, 'this device was removed from a host');
    for (const serverId of servers)
      for (const port of ports.ofOwner(serverId))
        port.close(closeCodes.removed, 'this host was removed from the relay');
  }

  /** Writes beside what passes, in its next transaction, or in one of its own after a moment. */
  note(write: () => void): void {
    this.#journal.addLater(write);
  }

  /** The same at the end of this turn: for what is asked for right after. */
  noteNow(write: () => void): void {
    this.#journal.add(0, write);
  }

  sweep(): void {
    const { clock, life, presence } = this.#options;
    this.#journal.add(0, (effects) => life.sweep(effects));
    // ten thousand hosts in one transaction would hold everybody up
    for (const [n, save] of presence.saves().entries())
      clock.setTimer(n * SAVE_EVERY_MS, () => this.#journal.add(0, save));
  }

  /** From now on it is of no use to who comes anew. */
  drain(): void {
    this.#condition = 'draining';
  }

  /** Commits what is waiting, then ends every link. `reason` is asked for each of them. */
  close(reason: () => string = () => 'the relay is stopping'): void {
    const { flights, presence } = this.#options;
    this.#land(flights.flying());
    this.#journal.add(0, () => presence.stop());
    this.#journal.close();
    flights.clear();
    this.#condition = 'draining';
    for (const port of this.#options.ports.clear()) port.close(closeCodes.goingAway, reason());
  }

  #attach(arrival: Arrival, changesNothing: boolean, write: Write): void {
    const { dest, port } = arrival;
    if (changesNothing && this.#journal.idle) {
      this.#arrive(arrival);
      port.pump();
      return;
    }
    this.#arriving.add(port);
    this.#journal.add(0, (effects) => {
      write(effects);
      effects.arrivals.push(arrival);
      effects.mailed.add(dest);
    });
  }

  #arrive({ dest, port }: Arrival): void {
    const { ports, bounds } = this.#options;
    this.#arriving.delete(port);
    if (port.closed) return;
    ports.put(dest, port)?.close(closeCodes.superseded, 'a newer connection took its place');
    const links = ports.ofOwner(ownerOf(dest));
    for (const oldest of links.slice(0, Math.max(0, links.length - bounds.sessionsPerClient)))
      oldest.close(closeCodes.tooManySessions, `this device has ${bounds.sessionsPerClient} newer connections`);
  }

  #acked(dest: string, envelope: Extract<FromController, { type: 'ack' }>): boolean {
    const { devices, streams, direct } = this.#options;
    const serverId = devices.route(envelope.client_id, envelope.env_id);
    const stream = serverId === null ? undefined : streams.find(serverId, envelope.client_id, envelope.stream_id);
    return stream?.dest === dest && direct.acked(stream, positionOf(envelope, WHOLE));
  }

  #land(streams: readonly Stream[]): void {
    this.#journal.add(0, (effects) => {
      for (const stream of streams) this.#options.life.land(stream, effects);
    });
  }

  /** Mail first, so that what is said beside it does not overtake it. */
  #perform(effects: Effects): void {
    if (this.#condition === 'failing') this.#condition = 'ready';
    const { ports } = this.#options;
    for (const arrival of effects.arrivals) this.#arrive(arrival);
    for (const dest of effects.mailed) ports.get(dest)?.pump();
    for (const { dest, text } of effects.acks()) ports.get(dest)?.send(text);
    for (const { dest, text } of effects.remarks) {
      const port = ports.get(dest);
      if (port?.caughtUp) port.send(text);
    }
  }

  /** Nothing was acked, so every peer sends it again once it has reconnected. */
  #fail(cause: unknown): void {
    const { streams, mailbox, flights, ports, logger } = this.#options;
    this.#condition = 'failing';
    logger.error({ err: cause }, 'what arrived could not be stored; every link is closed, so that peers send it again');
    flights.clear();
    for (const port of [...ports.clear(), ...this.#arriving])
      port.close(closeCodes.internal, 'the relay could not store a message');
    this.#arriving.clear();
    streams.reload();
    mailbox.reload();
  }
}
