import type { Logger } from 'pino';
import type { RelayMetrics } from './relay-metrics.ts';

/** One request or handshake, and what came of it. */
export interface Access {
  readonly kind: 'request' | 'handshake';
  /** One of those that HTTP knows, else `OTHER`. */
  readonly method: string;
  /** As the relay calls it, such as `/backend-api/…/clients/:client`; null where it has none. Never what the peer wrote, and never a query. */
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
  readonly address: string;
  /** The one that the answer carries. */
  readonly requestId: string;
  /** Why it was refused; null where it was not. */
  readonly code: string | null;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Asked every few seconds by whoever watches. */
const WATCHED: ReadonlySet<string | null> = new Set(['/healthz', '/readyz']);

/** Every request and every handshake, counted and written to the log: its own faults as errors, the rest as `info`, what watches it as `debug`. */
export class AccessLog {
  readonly #logger: Logger;
  readonly #metrics: RelayMetrics;

  constructor({ logger, metrics }: { logger: Logger; metrics: RelayMetrics }) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  record(access: Omit<Access, 'method'> & { readonly method: string | undefined }): void {
    const { method: asked = '', kind, ms } = access;
    const method = METHODS.has(asked) ? asked : 'OTHER';
    this.#metrics.answered(access, method);
    const level = levelOf(access);
    if (this.#logger.isLevelEnabled(level))
      this.#logger[level]({ ...access, method, ms: Math.round(ms * 10) / 10 }, kind);
  }
}

function levelOf({ status, route }: Pick<Access, 'status' | 'route'>): 'error' | 'warn' | 'info' | 'debug' {
  if (status === 500) return 'error';
  if (status > 500) return 'warn';
  return WATCHED.has(route) ? 'debug' : 'info';
}
