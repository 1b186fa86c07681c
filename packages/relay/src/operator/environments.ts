import { type Method, readParams } from '@holdfast/local-socket';
import { type EnvironmentSummary, listEnvironments } from '../inventory.ts';
import type { Server } from '../servers.ts';
import type { Services } from '../services.ts';
import { EnvironmentParams, EnvironmentRenameParams } from './params.ts';
import { pick } from './pick.ts';

/** A relay's hosts, for its operator. */
export function environmentMethods({ servers, administration, presence, db }: Services): Record<string, Method> {
  const find = (asked: string): Server =>
    pick(servers.all(), asked, {
      what: 'environment',
      listedBy: 'holdfast environments',
      idOf: ({ environmentId }) => environmentId,
      nameOf: ({ displayName, name }) => displayName ?? name,
    });
  const list = (): EnvironmentSummary[] => listEnvironments(db, servers.all(), (server) => presence.of(server));
  const show = (environmentId: string) => list().find((environment) => environment.environmentId === environmentId);
  return {
    'environments/list': () => ({ environments: list() }),
    'environments/rename': (params) => {
      const { environment, name } = readParams(EnvironmentRenameParams, params);
      const server = find(environment);
      administration.renameEnvironment(server, name, null);
      return { environment: show(server.environmentId) };
    },
    'environments/remove': (params) => {
      const server = find(readParams(EnvironmentParams, params).environment);
      const environment = show(server.environmentId);
      administration.removeEnvironment(server, null);
      return { environment };
    },
  };
}
