import type { TestContext } from 'node:test';
import { appFor } from '../../packages/relay/test/harness/services.ts';

/** Every route of the relay, as `POST /backend-api/…`: read from the relay itself, so that no new one is forgotten. */
export function routesOf(t: TestContext): string[] {
  const { app } = appFor(t);
  const routes = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  return [...new Set(routes)];
}
