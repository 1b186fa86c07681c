import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Egress, ProxyServer, TlsReport } from '@holdfast/egress';
import { isLoopbackHost } from '@holdfast/wire';
import { type Finding, fail, messageOf, pass, skipped, warn } from './check.ts';

/** How long the system may take to open a way, in milliseconds: less than a check has, so that the way itself is told. */
export const WAY_TIMEOUT_MS = 8_000;
const DAY_MS = 24 * 3600 * 1000;
/** A certificate that ends so soon should have been renewed by now. */
const SOON_DAYS = 14;

/** Whether the first name on the way is known: the relay's, or its proxy's, which looks up the relay's by itself. */
export async function checkDns(url: URL, proxy: ProxyServer | null): Promise<Finding> {
  const host = proxy?.host ?? url.hostname.replace(/^\[|\]$/g, '');
  const whose = proxy === null ? '' : ', the proxy; it looks up the relay by itself';
  if (isIP(host) !== 0) return pass(`${host} is an address${whose}`);
  try {
    const addresses = await lookup(host, { all: true });
    return pass(`${host} is ${addresses.map(({ address }) => address).join(', ')}${whose}`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
    return code === 'EAI_AGAIN'
      ? fail(
          `nobody answers who knows ${host} (${code})`,
          'Is this machine connected? Its name server does not answer.',
        )
      : fail(`${host} is not known (${code})`, `Is the name right? If only a proxy knows it, set HTTPS_PROXY.`);
  }
}

/** Whether a connection comes about, straight or by the proxy, before anything is said on it. */
export async function checkConnection(url: URL, egress: Egress, proxy: ProxyServer | null): Promise<Finding> {
  const way = proxy === null ? 'straight, by no proxy' : `by the proxy ${proxy.url} (${proxy.variable})`;
  try {
    await egress.reach(url, WAY_TIMEOUT_MS);
    return pass(way);
  } catch (error) {
    const advice =
      proxy === null
        ? 'Is the relay running, is its address right, and does no firewall stand between? Where a proxy is the only way out, set HTTPS_PROXY.'
        : 'See to the proxy first: the relay was not asked.';
    return fail(`${way}: ${messageOf(error)}`, advice);
  }
}

/** Whether the relay's certificate is trusted, by whom, and for how long. */
export async function checkTls(url: URL, egress: Egress, now: number): Promise<Finding> {
  if (url.protocol === 'http:') {
    return isLoopbackHost(url.hostname)
      ? skipped('http:// on this machine needs none')
      : warn(
          'there is none: the relay is http://',
          'Everybody on the way reads tokens and messages. Put TLS in front of it.',
        );
  }
  return judgeTls(await egress.inspectTls(url, WAY_TIMEOUT_MS), now);
}

export function judgeTls({ chain, problem, authority, protocol }: TlsReport, now: number): Finding {
  const [leaf] = chain;
  if (leaf === undefined) return fail('no certificate was shown', 'Is this a relay?');
  const { subject, issuer, validTo } = leaf;
  const days = Math.floor((validTo - now) / DAY_MS);
  const shown = `${subject}, signed by ${issuer}, until ${new Date(validTo).toISOString().slice(0, 10)}`;
  if (problem !== null) return fail(shown, problem);
  const seen = `${shown} (${days} days); trusted by ${authority?.name} of ${authority?.from}; ${protocol}`;
  return days < SOON_DAYS ? warn(seen, 'It ends soon: whoever runs the relay has to renew it.') : pass(seen);
}
