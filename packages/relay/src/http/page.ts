import { type Context, Hono } from 'hono';
import { readStaticFiles, type StaticFile } from './static-files.ts';

/** The page runs its own files and nothing else, draws no HTML it was sent, and speaks to this relay alone. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:", // a tool's picture, which the page made a blob of
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types holdfast',
].join('; ');

/** The camera is for the QR code of a machine; nothing else is ever asked for, here or in a frame. */
const PERMISSIONS = 'camera=(self), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()';

const FALLBACK_CSP =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Where the page was not built: that the relay is up, and what works without the page. */
const FALLBACK = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdfast relay</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { max-width: 40rem; margin: 10vh auto; padding: 0 1rem }
  code, pre { font-family: ui-monospace, monospace }
  pre { padding: .75rem 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; overflow-x: auto }
</style>
<h1>Holdfast relay</h1>
<p>Here coding agents and the devices that control them meet. This relay is up, and has no page to show: it was not built.</p>
<p>Show a pairing code where the agent runs:</p>
<pre>holdfast pair</pre>
<p>Then attach to it from anywhere that reaches this address:</p>
<pre>holdfast attach --relay THIS-ADDRESS --code XXXX-XXXX</pre>
</html>
`;

/**
 * What a person sees who opens the relay in a browser.
 *
 * @param folder the built page; undefined: a text that says that there is none
 */
export function pageRoutes(folder: string | undefined): Hono {
  const routes = new Hono();
  const files = folder === undefined ? new Map<string, StaticFile>() : readStaticFiles(folder);
  const index = files.get('/index.html');
  if (index === undefined) {
    return routes.get('/', (c) => c.html(FALLBACK, 200, { 'content-security-policy': FALLBACK_CSP }));
  }
  for (const [path, file] of files) routes.get(path, (c) => serve(c, file));
  return routes.get('/', (c) => serve(c, index));
}

function serve(c: Context, { type, cacheControl, etag, body, gzip }: StaticFile): Response {
  const headers = {
    'content-security-policy': CSP,
    'permissions-policy': PERMISSIONS,
    'content-type': type,
    'cache-control': cacheControl,
    etag,
    vary: 'accept-encoding',
  };
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers });
  const compressed = gzip !== null && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '') ? gzip : null;
  return new Response(compressed ?? body, {
    headers: { ...headers, ...(compressed === null ? {} : { 'content-encoding': 'gzip' }) },
  });
}
