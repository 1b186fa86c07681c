import { Mark } from './icons.tsx';

interface StoppedProps {
  why: 'insecure' | 'old' | 'storage' | 'elsewhere';
  /** For `elsewhere`: makes this the one page. */
  onTakeOver?: () => void;
}

/** Why the page cannot work here, and what to do. */
export function Stopped({ why, onTakeOver }: StoppedProps) {
  return (
    <main class="sheet">
      <Mark />
      {why === 'insecure' && <Insecure />}
      {why === 'old' && (
        <>
          <h1>This browser is too old</h1>
          <p>The page needs Chrome 126, Firefox 126, Safari 18 or newer.</p>
        </>
      )}
      {why === 'storage' && (
        <>
          <h1>This browser keeps nothing</h1>
          <p>
            The page needs IndexedDB to keep the key of this device, and the browser does not give it. Private windows
            and blocked site data are the usual reasons. Open the page in an ordinary window.
          </p>
        </>
      )}
      {why === 'elsewhere' && (
        <>
          <h1>Open in another tab</h1>
          <p>Holdfast is open in another tab or window of this browser, and a device has one connection at a time.</p>
          <button type="button" class="primary" onClick={onTakeOver}>
            Use it here
          </button>
        </>
      )}
    </main>
  );
}

function Insecure() {
  const { hostname, port } = location;
  const target = port || '80';
  return (
    <>
      <h1>This address is not safe enough for a key</h1>
      <p>
        You opened <code>{location.origin}</code>, plain http from another machine. Browsers let a page keep a device
        key only over https or on localhost, and on plain http everybody on the way could read along. So nothing can be
        paired here.
      </p>
      <h2>What to do</h2>
      <dl class="ways">
        <dt>With Tailscale, on the relay’s machine</dt>
        <dd>
          <pre tabIndex={0}>tailscale serve --bg {target}</pre>
          It prints an https address that your own devices can open.
        </dd>
        <dt>With a domain, Caddy in front of the relay</dt>
        <dd>
          <pre tabIndex={0}>{`caddy reverse-proxy --from relay.example.org --to 127.0.0.1:${target}`}</pre>
        </dd>
        <dt>With a certificate of your own</dt>
        <dd>
          <pre tabIndex={0}>{`holdfast up --listen 0.0.0.0:8443 \\
  --tls-cert fullchain.pem --tls-key privkey.pem \\
  --public-url https://relay.example.org:8443`}</pre>
        </dd>
        <dt>From a computer, by SSH</dt>
        <dd>
          <pre tabIndex={0}>{`ssh -L 7420:127.0.0.1:${target} ${hostname}`}</pre>
          Then open <code>http://localhost:7420/</code>
        </dd>
      </dl>
      <p class="quiet">docs/phone.md has each of them step by step.</p>
    </>
  );
}
