import assert from 'node:assert/strict';
import {
  ClaimFinishRequest,
  ClientList,
  ClientPairRequest,
  ClientPatch,
  CodeChoice,
  ControllerGrant,
  DrillRequest,
  EnrollFinishRequest,
  EnrollRequest,
  EnvironmentList,
  EnvironmentPatch,
  ErrorBody,
  PairRequest,
  PairResponse,
  parseBody,
  RefreshFinishRequest,
  RefreshRequest,
  RefreshStartRequest,
  ServerGrant,
  SocketProof,
  TicketRequest,
  WireError,
} from '@holdfast/wire';
import { jsonOf, parsed, type Target } from '../target.ts';

const identity =
  '{"key_id":"dk_1","public_key_spki_der_base64":"AAAA","algorithm":"ecdsa_p256_sha256","protection_class":"software"}';
const proof =
  '{"challenge_token":"hfq_1","key_id":"dk_1","signature_der_base64":"AAAA","signed_payload_base64":"AAAA","algorithm":"ecdsa_p256_sha256"}';
const grant = '"remote_control_token":"hfs_1","expires_at":"2030-01-01T00:00:00Z"';

/** Each body that one side takes from another, with a valid one. */
const bodies: readonly (readonly [name: string, schema: Parameters<typeof parseBody<object>>[0], seed: string])[] = [
  [
    'EnrollRequest',
    EnrollRequest,
    '{"name":"box","os":"linux","arch":"x64","app_server_version":"1","installation_id":"i"}',
  ],
  ['RefreshRequest', RefreshRequest, '{"server_id":"srv_1","installation_id":"i"}'],
  ['ServerGrant', ServerGrant, `{"server_id":"srv_1","environment_id":"env_1",${grant}}`],
  ['PairRequest', PairRequest, '{"manual_code":true}'],
  [
    'PairResponse',
    PairResponse,
    '{"pairing_code":"x","manual_pairing_code":null,"server_id":"s","environment_id":"e","expires_at":"2030-01-01T00:00:00Z"}',
  ],
  ['CodeChoice', CodeChoice, '{"pairing_code":null,"manual_pairing_code":"ABCD-2345"}'],
  [
    'ClientList',
    ClientList,
    '{"items":[{"client_id":"c","display_name":"x","last_seen_at":"2030-01-01T00:00:00+01:00"}],"cursor":null}',
  ],
  ['ErrorBody', ErrorBody, '{"detail":"x","code":"y","request_id":"r","tries_left":3}'],
  ['RefreshStartRequest', RefreshStartRequest, '{"client_id":"cli_1"}'],
  ['RefreshFinishRequest', RefreshFinishRequest, `{"client_id":"cli_1","device_key_proof":${proof}}`],
  [
    'EnrollFinishRequest',
    EnrollFinishRequest,
    `{"client_id":"cli_1","step_up_token":null,"device_identity":${identity},"device_key_proof":${proof}}`,
  ],
  [
    'ClaimFinishRequest',
    ClaimFinishRequest,
    `{"client_id":"cli_1","pairing_code":"x","device":{"display_name":"d"},"device_identity":${identity},"device_key_proof":${proof}}`,
  ],
  ['ClientPairRequest', ClientPairRequest, '{"client_id":"cli_1","pairing_code":"x"}'],
  ['TicketRequest', TicketRequest, '{"session":"session-number-one"}'],
  ['ClientPatch', ClientPatch, '{"display_name":"x"}'],
  [
    'DrillRequest',
    DrillRequest,
    '{"fault":"503","endpoints":["refresh"],"share":0.5,"retry_after_seconds":null,"duration_seconds":10}',
  ],
  ['EnvironmentPatch', EnvironmentPatch, '{"display_name":"x"}'],
  ['EnvironmentList', EnvironmentList, '{"items":[{"env_id":"e","online":true}],"cursor":"c"}'],
  [
    'SocketProof',
    SocketProof,
    '{"type":"device_key_proof","keyId":"k","signatureDerBase64":"AAAA","signedPayloadBase64":"AAAA","algorithm":"ecdsa_p256_sha256"}',
  ],
  [
    'ControllerGrant',
    ControllerGrant,
    `{"client_id":"c","account_user_id":"u",${grant},"scopes":["remote_control_controller_websocket"]}`,
  ],
];

export const bodyTargets: readonly Target[] = bodies.map(([name, schema, seed]) => ({
  name: `body ${name}`,
  seeds: [seed],
  weight: 0.3,
  check: (input) => {
    const json = jsonOf(input);
    if (json === undefined) return;
    const take = (value: unknown) => parseBody<object>(schema, value, 'the body');
    const read = parsed(
      () => take(json.value),
      (error) => error instanceof WireError && error.code === 'ERR_WIRE_BODY' && error.message.length < 2_000,
    );
    if (read === undefined) return;
    assert.deepEqual(take(structuredClone(read.value)), read.value, 'what was taken is taken again');
    assert.equal(Object.getPrototypeOf(read.value), Object.prototype);
    for (const [member, value] of Object.entries(read.value))
      if (typeof value === 'string') assert.ok(value.length <= 8_192, `${member} has a bound`);
  },
}));
