import { paths } from '@holdfast/wire';
import type { CredentialName, World } from './two-accounts.ts';

/** A call about what belongs to the first account, its host and its device. */
export interface Call {
  readonly path: string;
  readonly body?: unknown;
}

export interface RouteRule {
  readonly call: (world: World) => Call | Promise<Call>;
  /** With these the call is done, and with no other; `anybody`: it needs none, and gives nothing away. */
  readonly allowed: readonly CredentialName[] | 'anybody';
  /** How it is answered then. */
  readonly status: number;
}

const ACCOUNT: readonly CredentialName[] = ['account', 'codex'];
/** A server token says which host it is for, so any host may ask, for itself. */
const HOSTS: readonly CredentialName[] = ['host', 'other host', "other account's host"];
/** A controller token says which device it is for, so any device may ask, for itself. */
const DEVICES: readonly CredentialName[] = ['device', 'other device', "other account's device"];
const ACCOUNTS: readonly CredentialName[] = [...ACCOUNT, 'other account'];

const at = (path: string) => `/backend-api/${path}`;
const enrollment = {
  name: 'box',
  os: 'linux',
  arch: 'x64',
  app_server_version: '1',
  installation_id: 'installation-of-the-table',
};
const proof = {
  challenge_token: 'hfq_none',
  key_id: 'dk_none',
  signature_der_base64: 'AAAA',
  signed_payload_base64: 'AAAA',
  algorithm: 'ecdsa_p256_sha256',
};
const identity = {
  key_id: 'dk_none',
  public_key_spki_der_base64: 'AAAA',
  algorithm: 'ecdsa_p256_sha256',
  protection_class: 'software',
};
const code = async ({ host, relay }: World) => ({
  pairing_code: String((await host.pair(relay.base))['pairing_code']),
});

/** Who may do what, for every route of the relay. One that is missing here fails the test. */
export const rules: Readonly<Record<string, RouteRule>> = {
  'GET /healthz': { call: () => ({ path: '/healthz' }), allowed: 'anybody', status: 200 },
  'GET /readyz': { call: () => ({ path: '/readyz' }), allowed: 'anybody', status: 200 },
  'GET /': { call: () => ({ path: '/' }), allowed: 'anybody', status: 200 },

  'POST /backend-api/wham/remote/control/server/enroll': {
    call: () => ({ path: at(paths.serverEnroll), body: enrollment }),
    allowed: ACCOUNTS, // each enrolls a host of its own
    status: 200,
  },
  'POST /backend-api/wham/remote/control/server/refresh': {
    call: ({ host }) => ({
      path: at(paths.serverRefresh),
      body: { server_id: host.serverId, installation_id: host.installationId },
    }),
    allowed: ACCOUNT,
    status: 200,
  },
  'POST /backend-api/wham/remote/control/server/pair': {
    call: () => ({ path: at(paths.serverPair), body: {} }),
    allowed: HOSTS,
    status: 200,
  },
  'POST /backend-api/wham/remote/control/server/pair/status': {
    call: async (world) => ({ path: at(paths.serverPairStatus), body: await code(world) }),
    allowed: ['host'],
    status: 200,
  },
  'GET /backend-api/wham/remote/control/environments/:environment/clients': {
    call: ({ host }) => ({ path: at(paths.environmentClients(host.environmentId)) }),
    allowed: ACCOUNT,
    status: 200,
  },
  'DELETE /backend-api/wham/remote/control/environments/:environment/clients/:client': {
    call: ({ host, device }) => ({ path: at(paths.environmentClient(host.environmentId, device.clientId)) }),
    allowed: ACCOUNT,
    status: 200,
  },

  'GET /backend-api/codex/remote/control/environments': {
    call: () => ({ path: at(paths.environments) }),
    allowed: ACCOUNTS, // each sees its own
    status: 200,
  },
  'GET /backend-api/codex/remote/control/clients/:client/environments': {
    call: ({ device }) => ({ path: at(paths.clientEnvironments(device.clientId)) }),
    allowed: [...ACCOUNT, 'device'],
    status: 200,
  },
  'GET /backend-api/codex/remote/control/environments/:environment': {
    call: ({ host }) => ({ path: at(paths.environment(host.environmentId)) }),
    allowed: ACCOUNT,
    status: 200,
  },
  'PATCH /backend-api/codex/remote/control/environments/:environment': {
    call: ({ host }) => ({ path: at(paths.environment(host.environmentId)), body: { display_name: 'renamed' } }),
    allowed: ACCOUNT,
    status: 200,
  },
  'DELETE /backend-api/codex/remote/control/environments/:environment': {
    call: ({ host }) => ({ path: at(paths.environment(host.environmentId)) }),
    allowed: ACCOUNT,
    status: 204,
  },
  'GET /backend-api/wham/remote/control/clients': {
    call: () => ({ path: at(paths.clients) }),
    allowed: [...ACCOUNTS, ...DEVICES], // an account sees its own; a device those that share a host with it
    status: 200,
  },
  'PATCH /backend-api/wham/remote/control/clients/:client': {
    call: ({ device }) => ({ path: at(paths.client(device.clientId)), body: { display_name: 'renamed' } }),
    allowed: [...ACCOUNT, 'device'],
    status: 200,
  },
  'DELETE /backend-api/wham/remote/control/clients/:client': {
    call: ({ device }) => ({ path: at(paths.client(device.clientId)) }),
    allowed: [...ACCOUNT, 'device'],
    status: 204,
  },

  // A challenge is given to whoever asks; what counts is its answer.
  'POST /backend-api/holdfast/client/claim/start': {
    call: () => ({ path: at(paths.claimStart), body: {} }),
    allowed: 'anybody',
    status: 200,
  },
  // A right code and a wrong proof: with nothing that anybody has but the device is it let in.
  'POST /backend-api/holdfast/client/claim/finish': {
    call: async (world) => ({
      path: at(paths.claimFinish),
      body: {
        client_id: 'cli_none',
        ...(await code(world)),
        device: { display_name: 'x' },
        device_identity: identity,
        device_key_proof: proof,
      },
    }),
    allowed: [],
    status: 200,
  },
  'POST /backend-api/codex/remote/control/client/enroll/start': {
    call: () => ({ path: at(paths.clientEnrollStart), body: {} }),
    allowed: ACCOUNTS,
    status: 200,
  },
  'POST /backend-api/codex/remote/control/client/enroll/finish': {
    call: () => ({
      path: at(paths.clientEnrollFinish),
      body: { client_id: 'cli_none', device_identity: identity, device_key_proof: proof },
    }),
    allowed: [],
    status: 200,
  },
  // The device key alone is enough for these two; an account that is named all the same has to be the right one.
  'POST /backend-api/codex/remote/control/client/refresh/start': {
    call: ({ device }) => ({ path: at(paths.clientRefreshStart), body: { client_id: device.clientId } }),
    allowed: ['nothing', ...ACCOUNT, 'account, unnamed'],
    status: 200,
  },
  'POST /backend-api/codex/remote/control/client/refresh/finish': {
    call: ({ device }) => ({
      path: at(paths.clientRefreshFinish),
      body: { client_id: device.clientId, device_key_proof: proof },
    }),
    allowed: [],
    status: 200,
  },
  'POST /backend-api/wham/remote/control/client/pair': {
    call: async (world) => ({
      path: at(paths.clientPair),
      body: { client_id: world.device.clientId, ...(await code(world)) },
    }),
    allowed: [...ACCOUNT, 'device'],
    status: 200,
  },
  'POST /backend-api/holdfast/client/ticket': {
    call: () => ({ path: at(paths.clientTicket), body: {} }),
    allowed: DEVICES,
    status: 200,
  },

  // That a drill is under way meets everybody, so everybody may see it. Nobody holds one unless the relay was started for that.
  'GET /backend-api/holdfast/drills': {
    call: () => ({ path: at(paths.drills) }),
    allowed: [...ACCOUNTS, ...DEVICES],
    status: 200,
  },
  'POST /backend-api/holdfast/drills': {
    call: () => ({ path: at(paths.drills), body: { fault: '503', duration_seconds: 1 } }),
    allowed: [],
    status: 200,
  },
  'DELETE /backend-api/holdfast/drills/:drill': {
    call: () => ({ path: at(`${paths.drills}/drill_1`) }),
    allowed: [],
    status: 204,
  },

  'GET /backend-api/holdfast/account': {
    call: () => ({ path: at('holdfast/account') }),
    allowed: [...ACCOUNTS, 'account, unnamed', 'account, named as another'], // it tells the bearer whose it is
    status: 200,
  },
  'POST /backend-api/holdfast/account/codex-credentials': {
    call: () => ({ path: at('holdfast/account/codex-credentials'), body: {} }),
    allowed: ACCOUNTS, // each for itself
    status: 200,
  },
};
