import { limits, parseBody, WireError } from '@holdfast/wire';
import type { Context } from 'hono';
import { Failure } from './failure.ts';

type Schema<T> = Parameters<typeof parseBody<T>>[0];

/** The request's JSON, checked. An empty body is `{}`. @throws Failure 400, or 413 as soon as it is too large */
export async function readBody<T>(c: Context, schema: Schema<T>): Promise<T> {
  const text = await readBounded(c.req.raw.body);
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

async function readBounded(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > limits.restBodyBytes) {
      throw new Failure(413, 'body_too_large', `A body has at most ${limits.restBodyBytes} bytes.`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
