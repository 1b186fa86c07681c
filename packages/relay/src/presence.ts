import { limits } from '@holdfast/wire';
import type { Clock } from './clock.ts';
import type { Ports } from './ports.ts';
import type { Server, Servers } from './servers.ts';

/** The relay asks every few seconds; a host that has not answered for this long is not there, whatever its socket says. */
const SILENCE_MS = limits.pingIntervalMs * 3;

/** Which hosts are there, and when they last were. */
export class Presence {
  readonly #ports: Ports;
  readonly #servers: Servers;
  readonly #clock: Clock;

  constructor({ ports, servers, clock }: { ports: Ports; servers: Servers; clock: Clock }) {
    this.#ports = ports;
    this.#servers = servers;
    this.#clock = clock;
  }

  of({ serverId, lastSeenAt }: Server): { online: boolean; lastSeenAt: number } {
    const silentMs = this.#ports.get(serverId)?.silentMs;
    if (silentMs === undefined) return { online: false, lastSeenAt };
    return { online: silentMs < SILENCE_MS, lastSeenAt: Math.max(lastSeenAt, this.#clock.wall() - silentMs) };
  }

  /** Writes down who was there, for when they no longer are. Belongs into a transaction. */
  save(): void {
    const now = this.#clock.wall();
    for (const [dest, { silentMs }] of this.#ports.all()) this.#servers.seen(dest, now - silentMs);
  }
}
