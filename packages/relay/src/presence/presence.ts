import type { Clock } from '../clock.ts';
import type { Ports } from '../ports.ts';
import { Rounds } from '../rounds.ts';
import type { Server, Servers } from '../servers.ts';
import type { Streams } from '../streams.ts';
import {
  DOES_NOT_ANSWER,
  JUST_CONNECTED,
  type LinkEnd,
  NEVER_CONNECTED,
  RELAY_ENDED,
  RELAY_STOPPED,
  whyGone,
} from './absence.ts';
import { type Askable, PROBE_EVERY_MS, Probe } from './probe.ts';

export interface PresenceOptions {
  readonly ports: Ports;
  readonly servers: Servers;
  readonly streams: Streams;
  readonly clock: Clock;
}

/** Whether a host is there. Moments are milliseconds since the epoch. */
export interface Sighting {
  /** It answered a probe lately. */
  readonly online: boolean;
  /** A stream is open on it. */
  readonly busy: boolean;
  /** The last sign of it, whatever it was. */
  readonly lastSeenAt: number;
  /** When it last answered a probe; null if it never did. */
  readonly answeredAt: number | null;
  /** Both null while it is online. */
  readonly offlineSince: number | null;
  readonly offlineReason: string | null;
}

/** Hosts that are written down in one transaction. */
const SAVED_AT_ONCE = 500;

/** Which hosts are there, when they last were, and why they are not. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #rounds: Rounds;
  readonly #live = new Map<string, Probe>();

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#rounds = new Rounds({ clock: options.clock, roundMs: PROBE_EVERY_MS });
  }

  /** A host has linked. It is asked at once, and from then on once a round. */
  linked(serverId: string, link: Askable): Probe {
    const earlier = this.#live.get(serverId);
    if (earlier !== undefined) this.#rounds.leave(earlier, earlier.part);
    const probe = new Probe(this.#options.clock, link);
    probe.part = this.#rounds.add(probe);
    this.#live.set(serverId, probe);
    probe.onTurn();
    return probe;
  }

  /** It answered for the first time on this link. Belongs into a transaction. */
  cameOnline(serverId: string): void {
    this.#options.servers.cameOnline(serverId, this.#options.clock.wall());
  }

  /** That link is gone. Gives what belongs into a transaction, unless a newer link has taken its place. */
  unlinked(serverId: string, probe: Probe, end: LinkEnd): (() => void) | null {
    if (this.#live.get(serverId) !== probe) return null;
    const { servers, clock } = this.#options;
    const since = probe.state === 'answering' ? clock.wall() : this.#wallOf(probe.silentSince);
    const answeredAt = this.#answeredAt(probe);
    this.#rounds.leave(probe, probe.part);
    return () => {
      if (this.#live.get(serverId) !== probe) return;
      this.#live.delete(serverId);
      servers.wentOffline(serverId, { since, reason: whyGone(end), answeredAt });
    };
  }

  of(server: Server): Sighting {
    const { ports, streams, clock } = this.#options;
    const { serverId } = server;
    const silentMs = ports.get(serverId)?.silentMs;
    const lastSeenAt =
      silentMs === undefined ? server.lastSeenAt : Math.max(server.lastSeenAt, Math.round(clock.wall() - silentMs));
    const probe = this.#live.get(serverId);
    const absence = probe === undefined ? absenceOf(server) : this.#absenceBehind(probe, server);
    return {
      online: absence === null,
      busy: streams.anyOpen(serverId),
      lastSeenAt,
      answeredAt: (probe && this.#answeredAt(probe)) ?? server.answeredAt,
      offlineSince: absence?.since ?? null,
      offlineReason: absence?.reason ?? null,
    };
  }

  /** How many hosts are linked, and how many of them answer. */
  count(): { linked: number; online: number } {
    let online = 0;
    for (const probe of this.#live.values()) if (probe.state === 'answering') online += 1;
    return { linked: this.#live.size, online };
  }

  /** Each writes down some of those who are there, for when they no longer are, and belongs into a transaction of its own. */
  saves(): (() => void)[] {
    const linked = [...this.#live.keys()];
    const saves: (() => void)[] = [];
    for (let from = 0; from < linked.length; from += SAVED_AT_ONCE) {
      const some = linked.slice(from, from + SAVED_AT_ONCE);
      saves.push(() => {
        for (const serverId of some) this.#save(serverId);
      });
    }
    return saves;
  }

  #save(serverId: string): void {
    const { ports, servers, clock } = this.#options;
    const probe = this.#live.get(serverId);
    if (probe === undefined) return; // it has gone meanwhile, which was written down
    const lastSeenAt = Math.round(clock.wall() - (ports.get(serverId)?.silentMs ?? 0));
    servers.saveSighting(serverId, { lastSeenAt, answeredAt: this.#answeredAt(probe) });
  }

  /** The relay stops: whoever is there is not reached any more. Belongs into a transaction. */
  stop(): void {
    const { servers, clock } = this.#options;
    this.#rounds.end();
    for (const [serverId, probe] of this.#live) {
      const answeredAt = this.#answeredAt(probe);
      servers.wentOffline(serverId, { since: clock.wall(), reason: RELAY_STOPPED, answeredAt });
    }
    this.#live.clear();
  }

  #absenceBehind(probe: Probe, server: Server): Absence | null {
    switch (probe.state) {
      case 'answering':
        return null;
      case 'fresh':
        return { since: server.offlineSince ?? this.#wallOf(probe.linkedAt), reason: JUST_CONNECTED };
      case 'overdue':
        return { since: this.#wallOf(probe.silentSince), reason: DOES_NOT_ANSWER };
    }
  }

  #answeredAt({ answeredAt }: Probe): number | null {
    return answeredAt === null ? null : this.#wallOf(answeredAt);
  }

  /** In whole milliseconds, as they are stored: the monotonic clock counts their parts. */
  #wallOf(moment: number): number {
    const { clock } = this.#options;
    return Math.round(clock.wall() - (clock.monotonic() - moment));
  }
}

interface Absence {
  readonly since: number;
  readonly reason: string;
}

/** Of a host without a link, by what was written down. */
function absenceOf({ createdAt, lastSeenAt, answeredAt, offlineSince, offlineReason }: Server): Absence {
  if (offlineReason !== null) return { since: offlineSince ?? lastSeenAt, reason: offlineReason };
  if (answeredAt === null) return { since: createdAt, reason: NEVER_CONNECTED };
  return { since: Math.max(answeredAt, lastSeenAt), reason: RELAY_ENDED };
}
