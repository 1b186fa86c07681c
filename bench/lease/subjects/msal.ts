import { loadPeer } from '../peer.ts';
import { callWith, type SubjectKind, started } from './subject.ts';

interface MsalNode {
  readonly ConfidentialClientApplication: new (
    configuration: object,
  ) => {
    acquireTokenByClientCredential(request: {
      scopes: string[];
      skipCache?: boolean;
    }): Promise<{ readonly accessToken: string } | null>;
  };
}

const AUTHORITY = 'https://login.example/tenant';

/** Long enough for `refresh_in` to pass, and for the whole seconds that it counts in. */
const DUE_AFTER_MS = 2_100;

export const msal: SubjectKind = {
  name: 'msal',
  label: 'msal-node',
  package: '@azure/msal-node',
  // It has no window of its own: it renews early only where the authority says `refresh_in`.
  due: { kind: 'token', lifeS: 900, refreshInS: 1 },
  async make({ url, start }) {
    const { ConfidentialClientApplication } = await loadPeer<MsalNode>('@azure/msal-node');
    const client = new ConfidentialClientApplication({
      auth: {
        clientId: 'id',
        clientSecret: 'secret',
        authority: AUTHORITY,
        knownAuthorities: ['login.example'],
        // It insists on an authority with https, whose metadata may name any token endpoint.
        authorityMetadata: JSON.stringify({
          authorization_endpoint: `${AUTHORITY}/authorize`,
          token_endpoint: `${url}/token`,
          end_session_endpoint: `${AUTHORITY}/logout`,
          issuer: AUTHORITY,
          jwks_uri: `${AUTHORITY}/keys`,
        }),
      },
    });
    const token = async (skipCache: boolean): Promise<string> => {
      const result = await client.acquireTokenByClientCredential({
        scopes: ['https://api.example/.default'],
        skipCache,
      });
      if (result === null) throw new Error('no token');
      return result.accessToken;
    };
    const acquire = (): Promise<string> => token(false);
    const subject = await started({ acquire, call: callWith(acquire, () => token(true)) }, start);
    if (start === 'due') await new Promise((resolve) => setTimeout(resolve, DUE_AFTER_MS));
    return subject;
  },
};
