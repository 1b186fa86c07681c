import type { DatabaseSync } from 'node:sqlite';
import type { Logger } from 'pino';
import { Accounts } from './accounts.ts';
import { Administration } from './administration.ts';
import { Audit } from './audit.ts';
import type { Bounds } from './bounds.ts';
import { Challenges } from './challenges.ts';
import type { Clock } from './clock.ts';
import { Cursors } from './cursors.ts';
import { Devices } from './devices.ts';
import { Draining } from './draining.ts';
import { type DrillPermission, Drills } from './drills/drills.ts';
import { AddressLimits } from './entrance/address-limits.ts';
import { Guard } from './entrance/guard.ts';
import { OwnNames } from './entrance/own-names.ts';
import { RequestRate } from './entrance/request-rate.ts';
import { Tries } from './guesses/tries.ts';
import { BEAT_MS } from './links/outlet.ts';
import { Mailbox } from './mailbox.ts';
import { AccessLog } from './metrics/access-log.ts';
import { RelayMetrics } from './metrics/relay-metrics.ts';
import { Pairing } from './pairing.ts';
import { Direct } from './passing/direct.ts';
import { Flights } from './passing/flights.ts';
import { Ports } from './ports.ts';
import { Presence } from './presence/presence.ts';
import { Admission, defaultPressureLimits, LoopDelay, type PressureLimits, Turnstile } from './pressure/index.ts';
import { RequestIds } from './request-ids.ts';
import { defaultRetention, Retention, type RetentionLimits } from './retention.ts';
import { Rounds } from './rounds.ts';
import { Routing } from './routing.ts';
import { type RandomBytes, randomShare } from './secrets.ts';
import { Servers } from './servers.ts';
import { openSettings } from './stores/settings.ts';
import { StreamLife } from './stream-life.ts';
import { Streams } from './streams.ts';
import { Switchboard } from './switchboard.ts';
import { Tickets } from './tickets.ts';
import type { RenewingCertificate } from './tls/renewing.ts';
import { Tokens } from './tokens.ts';

const CONTROLLER_TOKEN_LIFE_MS = 600_000;

export interface ServicesOptions {
  readonly db: DatabaseSync;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly bounds: Bounds;
  readonly logger: Logger;
  /** Of a server token, in milliseconds. */
  readonly tokenLifeMs: number;
  /** Where it listens, and what it is known as. */
  readonly listenHost: string;
  readonly publicUrl: string | null;
  /** How many proxies of one's own stand in front. */
  readonly trustProxy: number;
  /** What it speaks TLS with; null where it does not. */
  readonly certificate?: RenewingCertificate | null;
  /** Who may start drills. Default: nobody. */
  readonly drills?: DrillPermission;
  /** Those that differ from `defaultPressureLimits`. */
  readonly pressure?: Partial<PressureLimits>;
  /** Those that differ from `defaultRetention`. */
  readonly retention?: Partial<RetentionLimits>;
}

/** The relay's parts, put together on one database. */
export function createServices(options: ServicesOptions) {
  const { db, clock, random, bounds, logger, tokenLifeMs } = options;
  const { epoch, pepper, signingKey } = openSettings(db, random);
  const base = { db, clock, random };
  const names = new OwnNames(options);
  const limits = new AddressLimits({
    clock,
    connections: bounds.connectionsPerAddress,
    requestsPerMinute: bounds.requestsPerMinute,
  });
  const devices = new Devices(base);
  const servers = new Servers(base);
  const mailbox = new Mailbox(db);
  const streams = new Streams(base);
  const ports = new Ports();
  const presence = new Presence({ ports, servers, streams, clock });
  const flights = new Flights({ clock, bounds });
  const direct = new Direct({ streams, ports, mailbox, flights });
  const life = new StreamLife({ clock, bounds, servers, streams, mailbox, flights, ports });
  const routing = new Routing({ devices, streams, mailbox, life, direct });
  const clientTokens = new Tokens({ ...base, kind: 'controller', lifeMs: CONTROLLER_TOKEN_LIFE_MS });
  const audit = new Audit(base);
  const accounts = new Accounts({ ...base, signingKey });
  const metrics = new RelayMetrics();
  const switchboard = new Switchboard({
    db,
    clock,
    routing,
    direct,
    flights,
    life,
    streams,
    mailbox,
    ports,
    presence,
    devices,
    bounds,
    logger,
    metrics,
  });
  const administration = new Administration({ db, accounts, servers, devices, clientTokens, switchboard, audit });
  const loopDelay = new LoopDelay(clock);
  const pressure = { ...defaultPressureLimits, ...options.pressure };
  return {
    ...base,
    bounds,
    logger,
    certificate: options.certificate ?? null,
    metrics,
    accessLog: new AccessLog({ logger, metrics }),
    requestIds: new RequestIds(base),
    devices,
    servers,
    mailbox,
    streams,
    ports,
    presence,
    names,
    guard: new Guard({ names, limits, trustProxy: options.trustProxy }),
    accountRequests: new RequestRate({ clock, perMinute: bounds.accountRequestsPerMinute }),
    cursors: new Cursors(epoch),
    beats: new Rounds({ clock, roundMs: BEAT_MS }),
    switchboard,
    accounts,
    administration,
    retention: new Retention({
      ...base,
      ports,
      devices,
      audit,
      administration,
      switchboard,
      limits: { ...defaultRetention, ...options.retention },
    }),
    serverTokens: new Tokens({ ...base, kind: 'server', lifeMs: tokenLifeMs }),
    clientTokens,
    audit,
    pairing: new Pairing({ ...base, pepper }),
    challenges: new Challenges(base),
    tickets: new Tickets(base),
    tries: new Tries(clock),
    loopDelay,
    draining: new Draining({ random: () => randomShare(random) }),
    drills: new Drills({
      clock,
      random,
      logger,
      permission: options.drills ?? 'off',
      record: (entry) => audit.record(entry),
      links: () => ports.links(),
    }),
    admission: new Admission({
      clock,
      random: () => randomShare(random),
      limits: pressure,
    }),
    turnstile: new Turnstile({ clock, delayMs: () => loopDelay.ms(), targetDelayMs: pressure.targetDelayMs }),
  };
}

export type Services = ReturnType<typeof createServices>;
