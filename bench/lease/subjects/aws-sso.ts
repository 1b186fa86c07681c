import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadPeer } from '../peer.ts';
import { LAST_MINUTE, type SubjectKind } from './subject.ts';

interface TokenProviders {
  fromSso(init: { clientConfig: { endpoint: string } }): () => Promise<{ readonly token: string }>;
}

const SESSION = 'bench';
const CONFIG = `[default]
sso_session = ${SESSION}
[sso-session ${SESSION}]
sso_start_url = https://sso.example/start
sso_region = us-east-1
`;

/** How long ago or ahead the token in the cache expires, in ms. */
const EXPIRY_MS = { nothing: -60_000, due: 60_000, fresh: 3_600_000 };

/** Keeps its token in a file, where `aws sso login` has put it. */
export const awsSso: SubjectKind = {
  name: 'aws-sso',
  label: 'AWS fromSso',
  package: '@aws-sdk/token-providers',
  due: LAST_MINUTE,
  async make({ url, start }) {
    const folder = join(homedir(), '.aws');
    const cache = join(folder, 'sso', 'cache');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(folder, 'config'), CONFIG);
    const file = join(cache, `${createHash('sha1').update(SESSION).digest('hex')}.json`);
    const expiresAt = new Date(Date.now() + EXPIRY_MS[start]).toISOString();
    const login = {
      accessToken: 'token-0',
      expiresAt,
      clientId: 'id',
      clientSecret: 'secret',
      refreshToken: 'refresh',
    };
    writeFileSync(file, JSON.stringify(login));
    const { fromSso } = await loadPeer<TokenProviders>('@aws-sdk/token-providers');
    const provider = fromSso({ clientConfig: { endpoint: url } });
    return { acquire: async () => (await provider()).token, call: null };
  },
};
