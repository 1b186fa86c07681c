import { parseBody, WireError } from '@holdfast/wire';
import type { Context } from 'hono';
import { Failure } from './failure.ts';

type Schema<T> = Parameters<typeof parseBody<T>>[0];

/** The request's JSON, checked. An empty body is `{}`. @throws Failure 400 */
export async function readBody<T>(c: Context, schema: Schema<T>): Promise<T> {
  const text = await c.req.text();
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new Failure(400, 'malformed_json', 'The body is not JSON.');
  }
  try {
    return parseBody(schema, value, 'the body');
  } catch (error) {
    if (error instanceof WireError) throw new Failure(400, 'malformed_body', `${error.message}.`);
    throw error;
  }
}
