import { BlockList, isIP } from 'node:net';

/** Where a request is meant to go. */
export interface Destination {
  /** A name or an address, an IPv6 one without brackets. */
  readonly host: string;
  readonly port: number;
}

/** As in Chromium: takes back that loopback is never proxied. */
const PROXY_LOOPBACK = '<-loopback>';

/**
 * Whether a destination is reached without a proxy. `noProxy` is a list by commas or spaces of: `*`; names, which mean themselves and what
 * is below them, with or without a leading `.` or `*.`; addresses; blocks such as `10.0.0.0/8` or `fd00::/8`; each but a block with `:port`
 * after it, if only that is meant. Blocks and addresses are compared with addresses alone: no name is looked up. Loopback is reached without
 * one as well, unless the list has `<-loopback>`.
 */
export function goesDirect(destination: Destination, noProxy: string): boolean {
  const entries = noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const host = destination.host.toLowerCase().replace(/\.$/, '');
  if (isLoopback(host) && !entries.includes(PROXY_LOOPBACK)) return true;
  return entries.some((entry) => matches(entry, host, destination.port));
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return inBlock('127.0.0.0', 8, host) || inBlock('::1', 128, host);
}

function matches(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const block = /^(.+)\/(\d{1,3})$/.exec(entry);
  if (block !== null) return inBlock(unbracketed(block[1] ?? ''), Number(block[2]), host);
  const { name, port: wanted } = splitPort(entry);
  if (wanted !== null && wanted !== port) return false;
  const family = isIP(name);
  if (family !== 0) return inBlock(name, family === 4 ? 32 : 128, host);
  const suffix = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}

/** A bare IPv6 address has colons of its own. */
function splitPort(entry: string): { name: string; port: number | null } {
  const match = isIP(entry) === 6 ? null : /^(.*):(\d{1,5})$/.exec(entry);
  return match === null
    ? { name: unbracketed(entry), port: null }
    : { name: unbracketed(match[1] ?? ''), port: Number(match[2]) };
}

function unbracketed(name: string): string {
  return name.replace(/^\[(.*)\]$/, '$1');
}

function inBlock(network: string, prefix: number, address: string): boolean {
  const family = isIP(network);
  const ofAddress = isIP(address);
  if (family === 0 || ofAddress === 0 || prefix > (family === 4 ? 32 : 128)) return false;
  const block = new BlockList();
  block.addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return block.check(address, ofAddress === 4 ? 'ipv4' : 'ipv6');
}
