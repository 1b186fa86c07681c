import { DEFAULT_BASE_PATH, headers } from '@holdfast/wire';
import { type Context, Hono } from 'hono';
import { matchedRoutes } from 'hono/route';
import { METHOD_NAME_ALL } from 'hono/router';
import { peerOfRequest } from '../entrance/peer-of-request.ts';
import type { Services } from '../services.ts';
import { accountRoutes } from './account.ts';
import { claimRoutes } from './claim.ts';
import { clientRoutes } from './client.ts';
import { clientListRoutes } from './clients.ts';
import { drillRoutes } from './drills.ts';
import { enrollRoutes } from './enroll.ts';
import { environmentClientRoutes } from './environment-clients.ts';
import { environmentRoutes } from './environments.ts';
import { answerOf, Failure } from './failure.ts';
import { healthRoutes } from './health.ts';
import { pageRoutes } from './page.ts';
import { safeHeaders } from './safe-headers.ts';
import { serverRoutes } from './server.ts';

const ROUTES = [
  serverRoutes,
  environmentRoutes,
  environmentClientRoutes,
  claimRoutes,
  enrollRoutes,
  clientRoutes,
  clientListRoutes,
  accountRoutes,
  drillRoutes,
] as const;

const HEALTH: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

interface Variables {
  requestId: string;
}

/**
 * All that the relay answers over HTTP, but for its websockets.
 *
 * @param pageFolder the built page to serve at `/`
 */
export function createApp(services: Services, pageFolder?: string): Hono<{ Variables: Variables }> {
  const app = new Hono<{ Variables: Variables }>();
  const fail = (failure: Failure, requestId: string): Response => {
    const { status, headers: answerHeaders, body } = answerOf(failure, requestId);
    return new Response(body, { status, headers: answerHeaders });
  };

  app.use(async (c, next) => {
    const { clock, requestIds, guard, accessLog } = services;
    const beganAt = clock.monotonic();
    c.set('requestId', requestIds.next());
    await next();
    c.header(headers.requestId, c.get('requestId'));
    for (const [name, value] of Object.entries(safeHeaders)) if (!c.res.headers.has(name)) c.header(name, value);
    accessLog.record({
      kind: 'request',
      method: c.req.method,
      route: routeOf(c),
      status: c.res.status,
      ms: clock.monotonic() - beganAt,
      address: peerOfRequest(guard, c).address,
      requestId: c.get('requestId'),
      code: refusalOf(c.error, c.res.status),
    });
  });
  app.route('/', healthRoutes(services));
  app.route('/', pageRoutes(pageFolder));
  for (const routes of ROUTES) app.route(DEFAULT_BASE_PATH, routes(services));
  app.notFound((c) =>
    fail(
      new Failure(404, 'not_found', `Nothing is at ${c.req.method} ${c.req.path.slice(0, 256)} here.`),
      c.get('requestId'),
    ),
  );
  app.onError((error, c) => {
    const requestId = c.get('requestId');
    if (error instanceof Failure) return fail(error, requestId);
    services.logger.error({ err: error, requestId, path: c.req.path }, 'a request failed');
    return fail(
      new Failure(500, 'internal', 'The relay failed to answer; its log says why, under this request_id.'),
      requestId,
    );
  });
  return app;
}

/** The page's files are one route: their names come and go with each build. */
function routeOf(c: Context): string | null {
  const path = matchedRoutes(c).findLast(({ method }) => method !== METHOD_NAME_ALL)?.path ?? null;
  return path === null || path.startsWith(DEFAULT_BASE_PATH) || HEALTH.has(path) ? path : 'page';
}

/** Why it was refused, by a code that is the relay's own; null where it was not. */
function refusalOf(error: Error | undefined, status: number): string | null {
  if (error instanceof Failure) return error.code;
  if (status < 400) return null;
  return status === 404 ? 'not_found' : 'internal';
}
