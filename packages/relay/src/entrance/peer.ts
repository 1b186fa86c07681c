import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Who asks, as far as that can be believed. */
export interface Peer {
  readonly address: string;
  readonly scheme: 'http' | 'https';
}

/** What is read of a request. */
export interface Asking {
  readonly headers: IncomingHttpHeaders;
  /** `encrypted`: the relay itself speaks TLS on it. */
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean };
}

/**
 * Each proxy adds whom it was asked by at the end of `X-Forwarded-For`, and whatever stands before that anybody can have written. So
 * with so many proxies of one's own, the peer is that many entries from the end, and with none the header is not believed at all.
 *
 * @param trustProxy how many proxies of one's own stand in front
 */
export function peerOf({ headers, socket }: Asking, trustProxy: number): Peer {
  // what the system says is an address, and of a socket that has gone it says nothing
  const nearest = withoutMapping(socket.remoteAddress ?? 'unknown');
  const own = socket.encrypted === true ? 'https' : 'http';
  if (trustProxy === 0) return { address: nearest, scheme: own };
  const address = plainAddress(entriesOf(headers['x-forwarded-for']).at(-trustProxy) ?? '') ?? nearest;
  // most proxies overwrite this one instead of adding to it
  const schemes = entriesOf(headers['x-forwarded-proto']);
  return { address, scheme: (schemes.at(-trustProxy) ?? schemes[0]) === 'https' ? 'https' : own };
}

/** @param address of a peer */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** One customer of IPv6 has a /64, so that much counts as one address. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('%', 1).join('').split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    // an IPv4 address at its end stands for two groups
    const behind = tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0);
    while (groups.length < 8 - behind && groups.length < 4) groups.push('0');
    if (groups.length < 4) groups.push(...tail.split(':'));
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

function entriesOf(header: string | string[] | undefined): string[] {
  return (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((entry) => entry.trim());
}

/** Without the form that IPv4 has in IPv6. */
const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '');

/** What a proxy wrote, without port and brackets. Null for what is no address. */
function plainAddress(text: string): string | null {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = withoutMapping(bare.toLowerCase());
  return isIP(address) === 0 ? null : address;
}
