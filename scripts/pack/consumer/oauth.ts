// The same for the part that needs oauth4webapi, which the package does not bring.
import { Lease } from '@holdfast/lease';
import { clientCredentials } from '@holdfast/lease/oauth';
import { ClientSecretPost } from 'oauth4webapi';

/** @param origin of a server with a token endpoint at `/token` */
export async function consume(origin: string): Promise<string[]> {
  const refresh = clientCredentials({
    server: { issuer: origin, token_endpoint: `${origin}/token` },
    client: { client_id: 'consumer' },
    auth: ClientSecretPost('secret'),
  });
  const { token } = await new Lease({ refresh }).acquire();
  return [token];
}
