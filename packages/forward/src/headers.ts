/** Those that belong to one connection and not to the message (RFC 9110 §7.6.1), and what is settled anew on each. */
const OF_THE_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];

type Header = readonly [name: string, value: string];

/** Names and values in turn, as Node gives and takes them: order, case and repetitions stay. */
export type RawHeaders = readonly string[];

/** Both ends of the way, as origins: `http://127.0.0.1:9911`. */
export interface Ends {
  readonly here: string;
  readonly relay: string;
}

/** A request's headers as the relay is to see them: its own name as Host, and its own origin where a page of this forwarder asks. */
export function toRelay(raw: RawHeaders, { here, relay }: Ends): string[] {
  const isChunked = pairs(raw).some(([name]) => name.toLowerCase() === 'transfer-encoding');
  const headers = withoutConnection(raw)
    .filter(([name]) => name.toLowerCase() !== 'host')
    .map(([name, value]): Header => [name, name.toLowerCase() === 'origin' && value === here ? relay : value]);
  headers.unshift(['Host', new URL(relay).host]);
  if (isChunked) headers.push(['Transfer-Encoding', 'chunked']);
  return headers.flat();
}

/** An answer's headers as the asker is to see them; a redirect to the relay's own pages stays on this side. */
export function toAsker(raw: RawHeaders, { here, relay }: Ends): string[] {
  return withoutConnection(raw).flatMap(([name, value]): Header => {
    const staysHere = name.toLowerCase() === 'location' && (value === relay || value.startsWith(`${relay}/`));
    return [name, staysHere ? here + value.slice(relay.length) : value];
  });
}

/** What makes a message an upgrade to a websocket on the next connection as well. */
export const UPGRADE: RawHeaders = ['Connection', 'Upgrade', 'Upgrade', 'websocket'];

function withoutConnection(raw: RawHeaders): Header[] {
  const all = pairs(raw);
  const named = all
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()));
  const dropped = new Set([...OF_THE_CONNECTION, ...named]);
  return all.filter(([name]) => !dropped.has(name.toLowerCase()));
}

function pairs(raw: RawHeaders): Header[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
}
