import { Hono } from 'hono';

const CSP =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
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
<p>Here coding agents and the devices that control them meet. This relay is up.</p>
<p>Show a pairing code where the agent runs:</p>
<pre>holdfast pair</pre>
<p>Then attach to it from anywhere that reaches this address:</p>
<pre>holdfast attach --relay THIS-ADDRESS --code XXXX-XXXX</pre>
</html>
`;

/** What a person sees who opens the relay in a browser, and what a monitor asks. */
export function pageRoutes(): Hono {
  return new Hono()
    .get('/', (c) =>
      c.html(PAGE, 200, {
        'content-security-policy': CSP,
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
      }),
    )
    .get('/healthz', (c) => c.json({ status: 'ok' }));
}
