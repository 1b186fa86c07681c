import { type Credentials, claimCode } from '@holdfast/controller';
import { paths } from '@holdfast/wire';
import { post } from './post.ts';

interface Pairable {
  pair(): Promise<{ pairingCode: string; environmentId: string }>;
}

export interface Device {
  readonly credentials: Credentials;
  /** The environment of each host, by the host's name. */
  readonly environments: ReadonlyMap<string, string>;
}

/** A device that is paired with all of these hosts: with the first by a claim, with the others as the device that it then is. */
export async function pairDevice(base: string, name: string, hosts: Iterable<[string, Pairable]>): Promise<Device> {
  const environments = new Map<string, string>();
  let credentials: Credentials | null = null;
  for (const [hostName, host] of hosts) {
    const { pairingCode, environmentId } = await host.pair();
    environments.set(hostName, environmentId);
    if (credentials === null)
      credentials = await claimCode({ base, code: pairingCode, device: { display_name: name } });
    else await pairAlso(base, credentials, pairingCode);
  }
  if (credentials === null) throw new Error('there are no hosts to pair with');
  return { credentials, environments };
}

async function pairAlso(base: string, { clientId, token }: Credentials, pairing_code: string): Promise<void> {
  const authorization = `Bearer ${token}`;
  const { status } = await post(base, paths.clientPair, { client_id: clientId, pairing_code }, { authorization });
  if (status !== 200) throw new Error(`pairing with a further host was answered with ${status}`);
}
