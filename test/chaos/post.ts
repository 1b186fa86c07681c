export type Json = Record<string, unknown>;

const PATIENCE_MS = 10_000;

/** A call to the relay's API. Rejects when nobody answers in time. */
export async function post(
  base: string,
  path: string,
  body: unknown,
  extra: Record<string, string> = {},
): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${base}/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...extra },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return { status: response.status, body: (await response.json()) as Json }; // every answer of the relay to a POST is JSON
}
