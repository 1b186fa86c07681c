import { randomBytes } from 'node:crypto';
import { openDataFolder } from '@holdfast/data-folder';
import { DEFAULT_BASE_PATH, type DrillRequest, isLoopbackHost } from '@holdfast/wire';
import { getRequestListener } from '@hono/node-server';
import { type Logger, pino } from 'pino';
import { PROGRAM } from './beside.ts';
import { type Bounds, defaultBounds } from './bounds.ts';
import { type Clock, every, systemClock } from './clock.ts';
import { drain } from './drain.ts';
import type { DrillPermission } from './drills/drills.ts';
import { DrillGate } from './drills/gate.ts';
import { type Door, Doors, type ListenAt } from './entrance/doors.ts';
import { createHttpServer } from './entrance/http-server.ts';
import { inTheClear } from './errors.ts';
import { createApp } from './http/app.ts';
import { Handshakes } from './links/handshake.ts';
import { readMetrics } from './metrics/read.ts';
import { operatorMethods } from './operator/methods.ts';
import { openOperatorSocket } from './operator/operator-socket.ts';
import type { PressureLimits } from './pressure/index.ts';
import type { RetentionLimits } from './retention.ts';
import type { RandomBytes } from './secrets.ts';
import { createServices } from './services.ts';
import { migrations } from './stores/schema.ts';
import type { TlsFiles } from './tls/certificate.ts';
import { RenewingCertificate } from './tls/renewing.ts';

const SWEEP_MS = 60_000;
const RETENTION_SWEEP_MS = 10 * 60_000;
/** How long closing may take unless it is told otherwise. */
const CLOSE_GRACE_MS = 1_000;

export interface RelayOptions {
  /** Made when it is missing; readable by its user alone. */
  readonly dataDir: string;
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Life of a server token, in milliseconds. Default 1 h. */
  readonly tokenLifeMs?: number;
  /** Default: silent. Never gets a token, a code or a message. */
  readonly logger?: Logger;
  /** Speaks TLS with these, read again whenever they change. Default: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /** With TLS, also listens in the clear on a free port of loopback; see `Relay.localBase`. Default false. */
  readonly alsoLocal?: boolean;
  /** Listen beyond loopback although the relay itself speaks no TLS. Default false. */
  readonly allowInsecure?: boolean;
  /**
   * What the relay is known as, such as `https://relay.example.org`: by this name, by loopback's and by `listen` it may be called, and by
   * no other. Default: none.
   */
  readonly publicUrl?: string | undefined;
  /**
   * How many proxies of your own stand in front, each of which adds to `X-Forwarded-For`. More than there are lets anybody name himself
   * an address. Default 0: that header and `X-Forwarded-Proto` are not believed.
   */
  readonly trustProxy?: number | undefined;
  /** What peers can make grow. Default `defaultBounds`. */
  readonly bounds?: Partial<Bounds>;
  /** When callers are told to wait. Default `defaultPressureLimits`. */
  readonly pressure?: Partial<PressureLimits>;
  /** Who may start drills while it runs. Default: nobody. */
  readonly drills?: DrillPermission;
  /** Drills that begin as it starts. */
  readonly startDrills?: readonly DrillRequest[];
  /** How long what nobody needs any more is kept. Default `defaultRetention`. */
  readonly retention?: Partial<RetentionLimits>;
  /** A folder with the built page, served at `/`. Default: none, and a text in its place. */
  readonly pageFolder?: string | undefined;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
}

export interface Relay {
  /** `http://127.0.0.1:7420` */
  readonly url: string;
  /** What hosts and controllers take as their relay: the url and `/backend-api`. */
  readonly base: string;
  /** The base for a host in the same process. The certificate is for another name than loopback's, so with `alsoLocal` it is in the clear. */
  readonly localBase: string;
  /** What it is known as: `publicUrl`, else the url. */
  readonly publicUrl: string;
  readonly accountId: string;
  /** A new account token of the owner, good until this relay stops: for a host in the same process. */
  mintAccountToken(): string;
  /** What it counts, as Prometheus reads it. */
  metrics(): Promise<string>;
  /**
   * Sends away who comes (503), stores what has arrived, closes every link (1001, and when to come back), answers the requests under way,
   * stops listening and releases the folder.
   *
   * @param options `graceMs`: what has not ended by then is cut. Default 1 s
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Starts a relay; the first start makes its database and an owner account.
 *
 * @throws RelayError when it cannot listen, at its port or its socket; DataFolderError when it cannot use its folder
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { listen, clock = systemClock, random = randomBytes, tokenLifeMs = 3600_000, trustProxy = 0 } = options;
  if (!Number.isFinite(tokenLifeMs) || tokenLifeMs <= 0) {
    throw new RangeError(`tokenLifeMs must be a positive number of milliseconds, not ${tokenLifeMs}`);
  }
  const publicUrl = options.publicUrl === undefined ? null : readPublicUrl(options.publicUrl);
  if (!Number.isSafeInteger(trustProxy) || trustProxy < 0) {
    throw new RangeError(`trustProxy must be a number of proxies, 0 or more, not ${trustProxy}`);
  }
  if (!isLoopbackHost(listen.host) && options.tls === undefined && options.allowInsecure !== true)
    throw inTheClear(listen.host);
  const folder = openDataFolder(options.dataDir, { program: PROGRAM, migrations, as: 'owner' });
  let certificate: RenewingCertificate | null = null;
  try {
    const logger = options.logger ?? pino({ level: 'silent' });
    if (options.tls !== undefined) certificate = new RenewingCertificate({ files: options.tls, clock, logger });
    const bounds = { ...defaultBounds, ...options.bounds };
    const services = createServices({
      db: folder.db,
      clock,
      random,
      bounds,
      logger,
      tokenLifeMs,
      listenHost: listen.host,
      publicUrl,
      trustProxy,
      certificate,
      pressure: options.pressure ?? {},
      drills: options.drills ?? 'off',
      retention: options.retention ?? {},
    });
    const drillGate = new DrillGate(services);
    const handshakes = new Handshakes(services, drillGate);
    const app = createApp(services, options.pageFolder);
    const serve = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    const door = (at: ListenAt, speaks: RenewingCertificate | null): Door => {
      const http = createHttpServer({ ...services, drillGate, serve, certificate: speaks });
      http.on('upgrade', handshakes.onUpgrade);
      return { http, at, scheme: speaks === null ? 'http' : 'https' };
    };
    const local = certificate !== null && options.alsoLocal ? [door({ host: '127.0.0.1', port: 0 }, null)] : [];
    const operator = await openOperatorSocket({
      dataDir: folder.dir,
      methods: operatorMethods(services),
      logger,
    });
    const doors = await Doors.open(door(listen, certificate), ...local).catch(async (error: unknown) => {
      await operator.close();
      throw error;
    });
    const { url } = doors;
    const sweeps = [
      every(clock, SWEEP_MS, () => services.switchboard.sweep()),
      every(clock, RETENTION_SWEEP_MS, () => services.retention.sweep()),
    ];
    let closing: Promise<void> | undefined;
    const close = async (graceMs: number) => {
      for (const sweep of sweeps) sweep.cancel();
      services.drills.close();
      certificate?.close();
      await drain({ services, handshakes, doors, graceMs });
      await operator.close();
      services.loopDelay.close();
      folder.close();
    };
    logger.info({ url }, 'relay listening');
    for (const drill of options.startDrills ?? []) services.drills.start(drill, { address: null, clientId: null });
    return {
      url,
      base: `${url}${DEFAULT_BASE_PATH}`,
      localBase: `${doors.localUrl}${DEFAULT_BASE_PATH}`,
      publicUrl: publicUrl ?? url,
      accountId: services.accounts.owner.accountId,
      metrics: () => readMetrics(services),
      mintAccountToken: () => services.accounts.mintPassingToken().accountToken,
      close: ({ graceMs = CLOSE_GRACE_MS } = {}) => (closing ??= close(graceMs)),
    };
  } catch (error) {
    certificate?.close();
    folder.close();
    throw error;
  }
}

/** @throws RangeError when it is no origin */
function readPublicUrl(text: string): string {
  const url = URL.parse(text);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (!isOrigin) {
    throw new RangeError(`publicUrl must be like https://relay.example.org, with no path or query, not ${text}`);
  }
  return url.origin;
}
