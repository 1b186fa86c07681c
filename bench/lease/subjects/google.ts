import { loadPeer } from '../peer.ts';
import { LAST_MINUTE, type SubjectKind, started } from './subject.ts';

export interface GoogleClient {
  setCredentials(credentials: { refresh_token: string; access_token?: string; expiry_date?: number }): void;
  getAccessToken(): Promise<{ readonly token?: string | null }>;
  getRequestHeaders(): Promise<Headers>;
  request(options: { url: string; responseType: 'json' }): Promise<{ readonly status: number }>;
}

interface GoogleAuthLibrary {
  readonly OAuth2Client: new (options: {
    clientId: string;
    clientSecret: string;
    endpoints: { oauth2TokenUrl: string };
    forceRefreshOnFailure: boolean;
  }) => GoogleClient;
}

/** @param token where it is asked for a token */
export async function googleClient(token: string): Promise<GoogleClient> {
  const { OAuth2Client } = await loadPeer<GoogleAuthLibrary>('google-auth-library');
  return new OAuth2Client({
    clientId: 'id',
    clientSecret: 'secret',
    endpoints: { oauth2TokenUrl: token },
    // Off by default; without it a refused token is not replaced before it expires.
    forceRefreshOnFailure: true,
  });
}

export const google: SubjectKind = {
  name: 'google',
  label: 'google-auth-library',
  package: 'google-auth-library',
  due: LAST_MINUTE,
  async make({ url, start }) {
    const client = await googleClient(`${url}/token`);
    client.setCredentials({ refresh_token: 'refresh' });
    const acquire = async (): Promise<string> => {
      const { token } = await client.getAccessToken();
      if (typeof token !== 'string') throw new Error('no token');
      return token;
    };
    const call = async (api: string): Promise<number> =>
      (await client.request({ url: api, responseType: 'json' })).status;
    return started({ acquire, call }, start);
  },
};
