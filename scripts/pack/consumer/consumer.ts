// What a stranger's program might do with the package, kept to what every platform has. Compiled against the tarball, then run.
import {
  fromAsync,
  type Grant,
  httpRefresh,
  Lease,
  LeaseError,
  type LeaseErrorCode,
  type LeaseSnapshot,
  leasedFetch,
  RefreshError,
} from '@holdfast/lease';

/** @param origin of a server with a token endpoint at `/token`, a resource at `/resource` that echoes, and one at `/moved` that is elsewhere */
export async function consume(origin: string): Promise<string[]> {
  const told: string[] = [];

  const lease = new Lease({
    name: 'API token',
    refresh: httpRefresh({
      request: ({ signal }) => fetch(`${origin}/token`, { method: 'POST', redirect: 'manual', signal }),
      parse: (body, { serverNow }) => {
        const { access_token, expires_in } = Object(body);
        return { token: String(access_token), expiresAt: serverNow + Number(expires_in) * 1000 };
      },
    }),
  });
  lease.on('refreshed', ({ by, generation }) => told.push(`${by} ${generation}`));
  const grant: Grant = await lease.acquire({ minValidityMs: 1_000 });
  const snapshot: LeaseSnapshot = lease.snapshot();
  told.push(`${snapshot.state} ${lease.peek() === grant}`);
  const api = leasedFetch(lease, { origins: [origin] });
  const request = new Request(`${origin}/resource`, { method: 'POST', body: 'hello' });
  const [used, moved] = [await api(request), await api(`${origin}/moved`)];
  told.push(`${used.status} ${await used.text()}`, `${moved.status}`);
  // Neither stopped nor closed: its timer must not keep the process alive.
  lease.keepFresh();

  const refused = new Lease({
    refresh: fromAsync(async () => {
      throw new RefreshError('unauthorized', 'no such account');
    }),
  });
  const code: LeaseErrorCode | null = await refused.acquire().then(
    () => null,
    (error: unknown) => (error instanceof LeaseError ? error.code : null),
  );
  told.push(`${code}`);
  return told;
}
