import { once } from 'node:events';
import { request } from 'node:http';
import type { TestContext } from 'node:test';
import { appFor } from '../../packages/relay/test/harness/services.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

/** One request, with whatever headers: `fetch` lets nobody choose Host and Origin. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const asked = request(url, { method, headers, agent: false });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return { status: response.statusCode, headers: response.headers, text };
}

/** Every route of the relay, as `POST /backend-api/…`: read from the relay itself, so that no new one is forgotten. */
export function routesOf(t: TestContext): string[] {
  const { app } = appFor(t);
  const routes = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  return [...new Set(routes)];
}
