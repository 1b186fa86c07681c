import { loadPeer } from '../peer.ts';
import { callWith, LAST_MINUTE, type SubjectKind, started } from './subject.ts';
import { fetchToken, type PlainToken } from './token-request.ts';

type Memoized = (options?: { forceRefresh: boolean }) => Promise<PlainToken>;

type Memoize = (
  provider: () => Promise<PlainToken>,
  isExpired: (token: PlainToken) => boolean,
  requiresRefresh: (token: PlainToken) => boolean,
) => Memoized;

/** As the SDK's own token provider calls it: a token counts as expired five minutes early. */
export async function awsMemoize(provider: () => Promise<PlainToken>): Promise<Memoized> {
  const { memoize } = await loadPeer<{ memoize: Memoize }>('@smithy/property-provider');
  return memoize(
    provider,
    ({ expiration }) => expiration.getTime() - Date.now() < 300_000,
    ({ expiration }) => expiration !== undefined,
  );
}

interface SmithyCore {
  readonly memoizeIdentityProvider: Memoize;
  readonly isIdentityExpired: (identity: PlainToken) => boolean;
  readonly doesIdentityRequireRefresh: (identity: PlainToken) => boolean;
}

async function awsMemoizeIdentity(provider: () => Promise<PlainToken>): Promise<Memoized> {
  const core = await loadPeer<SmithyCore>('@smithy/core');
  return core.memoizeIdentityProvider(provider, core.isIdentityExpired, core.doesIdentityRequireRefresh);
}

function kind(name: string, label: string, from: string, memoize: typeof awsMemoize): SubjectKind {
  return {
    name,
    label,
    package: from,
    due: LAST_MINUTE,
    async make({ url, start }) {
      const provider = await memoize(() => fetchToken(url));
      const acquire = async (): Promise<string> => (await provider()).token;
      const renew = async (): Promise<string> => (await provider({ forceRefresh: true })).token;
      return started({ acquire, call: callWith(acquire, renew) }, start);
    },
  };
}

export const awsMemoizeKind = kind('aws-memoize', 'AWS memoize', '@smithy/property-provider', awsMemoize);

export const awsIdentityKind = kind('aws-identity', 'AWS memoizeIdentityProvider', '@smithy/core', awsMemoizeIdentity);
