import type { IncomingMessage } from 'node:http';

const MAX_BODY_CHARACTERS = 1024 * 1024;

/** The body of a request as text; undefined when it is over 1 Mi characters or breaks off. */
export async function readText(req: IncomingMessage): Promise<string | undefined> {
  let text = '';
  req.setEncoding('utf8');
  try {
    for await (const part of req) {
      text += part;
      if (text.length > MAX_BODY_CHARACTERS) return undefined;
    }
  } catch {
    return undefined;
  }
  return text;
}
