import { expiryOf } from '../../authority/answer.ts';
import { makeLease } from '../holdfast.ts';
import type { PeerPorts, TokenRule } from './peer-host.ts';

/** The real lease, for peers that have a reconnect rule and no token. */
export function leaseTokens({ process }: PeerPorts): TokenRule {
  const lease = makeLease(process, {}, 'link');
  lease.keepFresh();
  return {
    async get() {
      const { token } = lease.peek() ?? (await lease.waitUntilReady());
      return { text: token, mintedAt: 0, expiresAt: expiryOf(token) };
    },
    reject({ text }) {
      const grant = lease.peek();
      if (grant?.token === text) lease.reject(grant);
    },
  };
}
