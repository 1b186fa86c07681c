/** A body had more bytes than the limit. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/**
 * Reads a body as text, at most `maxBytes` of it.
 *
 * @throws BodyTooLargeError if there is more; what the body's own failure throws; the signal's reason once that aborts, whether or
 * not the body listens to it
 */
export async function readBody(response: Response, maxBytes: number, signal: AbortSignal): Promise<string> {
  const bytes: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks(response, signal)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyTooLargeError(`the body is larger than ${maxBytes} bytes`);
    bytes.push(chunk);
  }
  return decode(bytes);
}

/** The first `maxBytes` of a body as text, or as many as came before it failed or `signal` aborted. Never throws. */
export async function readPreview(response: Response, maxBytes: number, signal: AbortSignal): Promise<string> {
  const bytes: Uint8Array[] = [];
  let room = maxBytes;
  try {
    for await (const chunk of chunks(response, signal)) {
      bytes.push(chunk.subarray(0, room));
      room -= chunk.byteLength;
      if (room <= 0) break;
    }
  } catch {
    // A preview is what came.
  }
  return decode(bytes);
}

/** Lets go of a body that nobody will read, so that its connection is not kept for it. */
export function discardBody(response: Response): void {
  response.body?.cancel().catch(() => {});
}

async function* chunks(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  if (response.body === null) return;
  signal.throwIfAborted();
  const reader = response.body.getReader();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), aborted]);
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Whether it ended, failed or was left early, nobody reads on.
    reader.cancel().catch(() => {});
  }
}

function decode(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
}
