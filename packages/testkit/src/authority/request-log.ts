import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Answer, nameOf } from './answers.ts';
import { type Endpoint, type Route, routeOf } from './endpoints.ts';
import type { Plan } from './plan.ts';
import type { Registry } from './registry.ts';

/** One request as it arrived, a websocket handshake included. */
export interface SeenRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: string;
  /** Arrival, in milliseconds of the authority's clock. */
  readonly at: number;
  /** As they came, with `authorization` replaced by {@link credential}. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** `account`, `token-N` for the Nth server token issued, `unknown` or `none`. */
  readonly credential: string;
  /** Parsed JSON; the text when it is none; undefined without a body. */
  readonly body: unknown;
  /** The answer that was planned: `healthy`, a status, `hang`, `stall 200`, `reset`. */
  readonly answer: string;
  /** Sent as `x-request-id`. */
  readonly requestId: string;
}

/** A request together with what is to be done about it; the bearer stays out of the log. */
export interface Arrival {
  readonly seen: SeenRequest;
  readonly route: Route;
  readonly query: URLSearchParams;
  readonly bearer: string | undefined;
  readonly planned: Answer;
}

export interface RequestLogOptions {
  readonly plan: Plan;
  readonly registry: Registry;
  readonly now: () => number;
}

/** Every request in order of arrival, each with the answer that the plan had for it at that moment. */
export class RequestLog {
  readonly requests: SeenRequest[] = [];
  readonly #options: RequestLogOptions;

  constructor(options: RequestLogOptions) {
    this.#options = options;
  }

  record(req: IncomingMessage, bodyText: string): Arrival {
    const { plan, registry, now } = this.#options;
    const url = new URL(req.url ?? '/', 'http://127.0.0.1');
    const method = req.method ?? 'GET';
    const route = routeOf(method, url.pathname);
    const { authorization, ...headers } = req.headers;
    const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    const credential = registry.credentialOf(bearer);
    const planned = plan.next(route.endpoint);
    const seen: SeenRequest = {
      endpoint: route.endpoint,
      method,
      path: url.pathname,
      query: url.search,
      at: now(),
      headers: authorization === undefined ? headers : { ...headers, authorization: credential },
      credential,
      body: parsedBody(bodyText),
      answer: nameOf(planned),
      requestId: `req-${this.requests.length + 1}`,
    };
    this.requests.push(seen);
    return { seen, route, query: url.searchParams, bearer, planned };
  }
}

function parsedBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
