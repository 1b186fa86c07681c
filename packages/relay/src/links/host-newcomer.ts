import { headers } from '@holdfast/wire';
import type { Peer } from '../entrance/peer.ts';
import { type HeaderOf, requireServerId } from '../http/credentials.ts';
import type { Services } from '../services.ts';
import { closeCodes } from './close-codes.ts';
import { HostLink } from './host-link.ts';
import { type Newcomer, requireVersion } from './newcomer.ts';

/** @throws Failure when it may not come in */
export function recogniseHost(services: Services, header: HeaderOf, { address }: Peer): Newcomer {
  requireVersion(header(headers.protocolVersion));
  const serverId = requireServerId(services, header);
  const subscribeCursor = header(headers.subscribeCursor);
  return {
    key: serverId,
    listensAtOnce: true,
    welcome: (socket, transport, atOnce) => {
      const { servers, switchboard, audit } = services;
      if (!atOnce && !servers.has(serverId))
        return socket.close(closeCodes.removed, 'this host was removed from the relay');
      switchboard.note(() => audit.record({ event: 'host_connected', address, serverId }));
      new HostLink({ socket, transport, serverId, subscribeCursor }, services);
    },
  };
}
