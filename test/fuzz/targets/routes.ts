import assert from 'node:assert/strict';
import { DEFAULT_BASE_PATH, headers, paths } from '@holdfast/wire';
import { appFor } from '../../../packages/relay/test/harness/services.ts';
import { jsonOf, type Target } from '../target.ts';

/** A call, as the input says it. */
interface Call {
  readonly method?: unknown;
  readonly path?: unknown;
  readonly as?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
}

const proof = {
  challenge_token: 'hfq_1',
  key_id: 'dk_1',
  signature_der_base64: 'AAAA',
  signed_payload_base64: 'AAAA',
  algorithm: 'ecdsa_p256_sha256',
};
const identity = {
  key_id: 'dk_1',
  public_key_spki_der_base64: 'AAAA',
  algorithm: 'ecdsa_p256_sha256',
  protection_class: 'software',
};
const enrollment = { name: 'box', os: 'linux', arch: 'x64', app_server_version: '1', installation_id: 'i' };

/** All of a relay's HTTP, with credentials that are right: whatever is asked, it is answered, and never by an error of the relay's own. */
export async function routesTarget(): Promise<Target> {
  const relay = appFor({
    after: (end) => void process.once('exit', () => end?.call(undefined, undefined as never, () => {})),
  });
  const grant = await relay.enroll();
  const device = await relay.claim({ pairing_code: String((await relay.code(grant))['pairing_code']) });
  const client = String(device.body['client_id']);
  const environment = String(grant['environment_id']);
  const credentials: Record<string, Record<string, string>> = {
    account: relay.account,
    host: relay.asServer(grant),
    device: { authorization: `Bearer ${String(device.body['remote_control_token'])}` },
  };
  const call = (method: string, path: string, as: string, body?: object) =>
    JSON.stringify({
      method,
      path: `${DEFAULT_BASE_PATH}/${path}`,
      as,
      headers: {},
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    name: 'HTTP routes',
    weight: 0.5,
    seeds: [
      call('POST', paths.serverEnroll, 'account', enrollment),
      call('POST', paths.serverRefresh, 'account', {
        server_id: grant['server_id'],
        installation_id: 'installation-1',
      }),
      call('POST', paths.serverPair, 'host', { manual_code: true }),
      call('POST', paths.serverPairStatus, 'host', { pairing_code: 'x' }),
      call('GET', `${paths.environments}?limit=2&order=desc&cursor=1700000000000.srv_1`, 'account'),
      call('GET', `${paths.clientEnvironments(client)}?cursor=3`, 'device'),
      call('GET', `${paths.environmentClients(environment)}?limit=100`, 'account'),
      call('PATCH', paths.environment(environment), 'account', { display_name: 'x' }),
      call('PATCH', paths.client(client), 'device', { display_name: 'x' }),
      call('POST', paths.claimFinish, '', {
        client_id: 'c',
        pairing_code: 'x',
        device: { display_name: 'd' },
        device_identity: identity,
        device_key_proof: proof,
      }),
      call('POST', paths.clientEnrollFinish, 'account', {
        client_id: 'c',
        device_identity: identity,
        device_key_proof: proof,
      }),
      call('POST', paths.clientRefreshStart, '', { client_id: client }),
      call('POST', paths.clientRefreshFinish, '', { client_id: client, device_key_proof: proof }),
      call('POST', paths.clientPair, 'device', { client_id: client, manual_pairing_code: 'ABCD-2345' }),
      call('POST', paths.clientTicket, 'device', { session: 'session-number-one' }),
      call('GET', 'holdfast/account', 'account'),
    ],
    check: async (input) => {
      const given = jsonOf(input)?.value;
      if (typeof given !== 'object' || given === null) return;
      const { method, path, as, headers: extra, body }: Call = { ...given };
      if (typeof method !== 'string' || typeof path !== 'string' || method === 'DELETE') return;
      let request: Request;
      try {
        request = new Request(new URL(path, 'http://localhost'), {
          method,
          headers: { ...(typeof extra === 'object' ? extra : {}), ...credentials[String(as)] },
          ...(typeof body === 'string' ? { body } : {}),
        });
      } catch {
        return; // nothing that could be sent
      }
      const from = `10.${input.length % 200}.0.1`;
      const response = await relay.app.request(request, undefined, {
        incoming: { headers: {}, socket: { remoteAddress: from } },
      });
      const text = await response.text();
      assert.ok(response.status < 500, `${method} ${path} was answered with ${response.status}: ${text}`);
      assert.match(response.headers.get(headers.requestId) ?? '', /^req_/);
      if (response.status < 400) return;
      const { detail } = JSON.parse(text) as { detail?: unknown };
      assert.ok(typeof detail === 'string' && detail.length < 2_000, 'an error says what is wrong');
    },
  };
}
