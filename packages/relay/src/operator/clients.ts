import { type Method, RpcRefusal, readParams, rpcCodes } from '@holdfast/local-socket';
import type { Device } from '../devices.ts';
import { type ClientSummary, listClients } from '../inventory.ts';
import type { Services } from '../services.ts';
import { ClientParams, ClientRenameParams } from './params.ts';
import { pick } from './pick.ts';

/** The devices that a relay knows, for its operator. */
export function clientMethods({ devices, administration, ports, db }: Services): Record<string, Method> {
  const list = (): ClientSummary[] => listClients(db, (clientId) => ports.ofOwner(clientId).length);
  const find = (asked: string): { client: ClientSummary; device: Device } => {
    const client = pick(list(), asked, {
      what: 'client',
      listedBy: 'holdfast clients',
      idOf: ({ clientId }) => clientId,
      nameOf: ({ displayName }) => displayName,
    });
    const device = devices.get(client.clientId);
    if (device === null) throw new RpcRefusal(rpcCodes.refused, 'This device has just been removed.');
    return { client, device };
  };
  return {
    'clients/list': () => ({ clients: list() }),
    'clients/rename': (params) => {
      const { client: asked, name } = readParams(ClientRenameParams, params);
      const { client, device } = find(asked);
      administration.renameClient(device, name, null);
      return { client: { ...client, displayName: name } };
    },
    'clients/revoke': (params) => {
      const { client, device } = find(readParams(ClientParams, params).client);
      administration.revokeClient(device, null);
      return { client };
    },
  };
}
