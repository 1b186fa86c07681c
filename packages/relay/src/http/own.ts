import type { Device, Devices } from '../devices.ts';
import type { Server, Servers } from '../servers.ts';
import { Failure } from './failure.ts';

/** @throws Failure 404, for another account's too */
export function requireOwnEnvironment(servers: Servers, environmentId: string, accountId: string): Server {
  const server = servers.byEnvironment(environmentId);
  if (server === null || server.accountId !== accountId) {
    throw new Failure(404, 'environment_unknown', 'This relay knows no such environment.');
  }
  return server;
}

/** @throws Failure 404, for another account's too */
export function requireOwnClient(devices: Devices, clientId: string, accountId: string): Device {
  const device = devices.get(clientId);
  if (device === null || device.accountId !== accountId) {
    throw new Failure(404, 'client_unknown', 'This relay knows no such client; it may have been removed already.');
  }
  return device;
}
