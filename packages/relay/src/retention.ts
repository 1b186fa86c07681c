import type { DatabaseSync } from 'node:sqlite';
import type { Administration } from './administration.ts';
import type { Audit } from './audit.ts';
import type { Clock } from './clock.ts';
import type { Devices } from './devices.ts';
import type { Ports } from './ports.ts';
import type { Switchboard } from './switchboard.ts';

const DAY_MS = 24 * 3600_000;

/** How long what nobody needs any more is kept. Milliseconds; null: for ever. */
export interface RetentionLimits {
  /** Entries of the audit log, of which there are at most 100,000 in any case. At least 7 days: the database keeps those. */
  readonly auditMs: number | null;
  /** Devices that do not come any more. */
  readonly deviceMs: number | null;
  /** Devices that are paired with no host, and so can do nothing. */
  readonly unpairedDeviceMs: number;
}

export const defaultRetention: RetentionLimits = {
  auditMs: null,
  deviceMs: null,
  unpairedDeviceMs: 30 * DAY_MS,
};

/** Devices that are let go in one transaction; the others have their turn at the next sweep. */
const AT_ONCE = 100;

export interface RetentionOptions {
  readonly db: DatabaseSync;
  readonly clock: Clock;
  readonly ports: Ports;
  readonly devices: Devices;
  readonly audit: Audit;
  readonly administration: Administration;
  readonly switchboard: Switchboard;
  readonly limits: RetentionLimits;
}

/** Lets go of what has outlived its use: expired tokens and codes, old entries of the audit log, devices that nobody uses. */
export class Retention {
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  sweep(): void {
    const { db, clock, audit, switchboard, limits } = this.#options;
    const now = clock.wall();
    switchboard.note(() => {
      for (const table of ['server_tokens', 'client_tokens', 'pairing_codes'])
        db.prepare(`DELETE FROM ${table} WHERE expires_at <= ?`).run(now);
      if (limits.auditMs !== null) audit.forget(now - limits.auditMs);
    });
    this.#letDevicesGo(now);
  }

  #letDevicesGo(now: number): void {
    const { devices, ports, administration, limits } = this.#options;
    const idle = devices.idleSince({
      paired: limits.deviceMs === null ? null : now - limits.deviceMs,
      unpaired: now - limits.unpairedDeviceMs,
      limit: AT_ONCE,
    });
    const gone = idle.filter(({ clientId }) => ports.ofOwner(clientId).length === 0);
    if (gone.length > 0) administration.expireClients(gone);
  }
}
