/** A `Retry-After` to send: seconds, literal text (for garbage), or an HTTP date so many seconds after the answer's own `Date`. */
export type RetryAfter = number | string | { readonly dateInSeconds: number };

interface Common {
  /** The answer is held back until this settles; a request that is waiting shows in the log all the same. */
  readonly after?: Promise<unknown>;
  /** Added to the answer; they replace headers of the same name, `date` among them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the relay would say, with `body` merged over its fields. */
export interface HealthyAnswer extends Common {
  readonly kind: 'healthy';
  readonly body?: Readonly<Record<string, unknown>>;
  /** Life of a token that this answer issues, in seconds; default: that of the authority. */
  readonly tokenLifeSeconds?: number;
}

/** A fixed answer. A body that is no string is sent as JSON. */
export interface ReplyAnswer extends Common {
  readonly kind: 'reply';
  readonly status: number;
  readonly body?: unknown;
  readonly retryAfter?: RetryAfter;
}

/** The request is read and nothing comes back: the connection stays open, silent. */
export interface HangAnswer extends Common {
  readonly kind: 'hang';
}

/** Headers and the first bytes of a body come, then nothing more; the connection stays open. */
export interface StallAnswer extends Common {
  readonly kind: 'stall';
  readonly status: number;
}

/** The connection is reset after the request was read. */
export interface ResetAnswer extends Common {
  readonly kind: 'reset';
}

export type Answer = HealthyAnswer | ReplyAnswer | HangAnswer | StallAnswer | ResetAnswer;

type Extra<T extends Answer> = Omit<T, 'kind' | 'status'>;

const notFoundBodies = {
  json: { body: { detail: 'Remote app server not found' } },
  empty: { body: '' },
  html: { body: '<html><body><h1>404 Not Found</h1></body></html>', headers: { 'content-type': 'text/html' } },
} as const;

/** Every way in which an authority can answer, well or badly. */
export const answer = {
  healthy: (extra: Extra<HealthyAnswer> = {}): Answer => ({ kind: 'healthy', ...extra }),
  reply: (status: number, extra: Extra<ReplyAnswer> = {}): Answer => ({ kind: 'reply', status, ...extra }),
  /** 404 as this relay words it, without a body, or as a gateway's page. */
  notFound: (form: keyof typeof notFoundBodies): Answer => ({ kind: 'reply', status: 404, ...notFoundBodies[form] }),
  redirect: (location: string): Answer => ({ kind: 'reply', status: 302, headers: { location } }),
  /** 200 with a body that is cut JSON. */
  malformed: (): Answer => ({
    kind: 'reply',
    status: 200,
    body: '{"server_id":',
    headers: { 'content-type': 'application/json' },
  }),
  /** A well-formed answer about somebody else. */
  foreignIds: (): Answer => ({
    kind: 'healthy',
    body: { server_id: 'srv_foreign', environment_id: 'env_foreign' },
  }),
  /** A well-formed answer with this `expires_at`, whatever it is. */
  expiresAt: (value: unknown): Answer => ({ kind: 'healthy', body: { expires_at: value } }),
  hang: (extra: Extra<HangAnswer> = {}): Answer => ({ kind: 'hang', ...extra }),
  stall: (status = 200, extra: Extra<StallAnswer> = {}): Answer => ({ kind: 'stall', status, ...extra }),
  reset: (extra: Extra<ResetAnswer> = {}): Answer => ({ kind: 'reset', ...extra }),
} as const;

/** One word for the log. */
export function nameOf(given: Answer): string {
  switch (given.kind) {
    case 'reply':
      return String(given.status);
    case 'stall':
      return `stall ${given.status}`;
    default:
      return given.kind;
  }
}

/** The `Retry-After` header's text, for an answer that is dated `nowMs`. */
export function retryAfterText(value: RetryAfter, nowMs: number): string {
  if (typeof value === 'object') return new Date(nowMs + value.dateInSeconds * 1000).toUTCString();
  return String(value);
}
