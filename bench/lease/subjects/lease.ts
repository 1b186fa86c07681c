import { httpRefresh, Lease } from '@holdfast/lease';
import { LAST_MINUTE, type Subject, type SubjectContext, type SubjectKind, statusOf } from './subject.ts';
import { fetchToken, requestToken, type TokenBody } from './token-request.ts';

export const lease: SubjectKind = {
  name: 'lease',
  label: 'the lease',
  package: null,
  due: LAST_MINUTE,
  async make(context) {
    const lease = makeLease(context.url);
    await prepare(lease, context);
    return { acquire: async () => (await lease.acquire()).token, call: caller(lease) };
  },
};

function makeLease(url: string): Lease {
  return new Lease({
    refresh: httpRefresh({
      request: ({ signal }) => requestToken(url, signal),
      parse(body, { serverNow }) {
        const { access_token, expires_in } = body as TokenBody; // the bench's own authority
        return { token: access_token, expiresAt: serverNow + expires_in * 1_000 };
      },
    }),
  });
}

/** Fifteen minutes of life: in its last minute such a token is well inside the window. */
const LIFE_MS = 900_000;

/** A token refused within ten seconds of being minted is another case, in which the lease waits on purpose. */
const SETTLED_MS = 10_500;

async function prepare(lease: Lease, { url, start }: SubjectContext): Promise<void> {
  if (start === 'due') {
    const { token, expiration } = await fetchToken(url);
    const expiresAt = expiration.getTime();
    // Its window is a part of the life, so it has to be told that this token is not new.
    const ageMs = LIFE_MS - (expiresAt - Date.now());
    const receivedAt = { wall: Date.now() - ageMs, monotonic: performance.now() - ageMs };
    const answer = { status: 200, requestId: null, retryAfter: null, date: null, receivedAt };
    lease.adopt({ token, expiresAt, answer });
  } else if (start === 'fresh') {
    await lease.acquire();
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  }
}

function caller(lease: Lease): Subject['call'] {
  return async (api) => {
    const grant = await lease.acquire();
    const status = await statusOf(api, grant.token);
    if (status !== 401) return status;
    lease.reject(grant);
    return statusOf(api, (await lease.acquire()).token);
  };
}
