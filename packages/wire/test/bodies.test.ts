import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as wire from '@holdfast/wire';
import { parseBody, WireError } from '@holdfast/wire';
import fc from 'fast-check';

const proof = {
  challenge_token: 'ct',
  key_id: 'dk',
  signature_der_base64: 'AAAA',
  signed_payload_base64: 'AAAA',
  algorithm: 'ecdsa_p256_sha256',
};
const identity = {
  key_id: 'dk',
  public_key_spki_der_base64: 'AAAA',
  algorithm: 'ecdsa_p256_sha256',
  protection_class: 'software',
};
const expires_at = '2030-01-01T00:00:00Z';
const claim = { client_id: 'cli_1', device: { display_name: 'd' }, device_identity: identity, device_key_proof: proof };

const refused = (act: () => unknown, why: RegExp) =>
  assert.throws(
    act,
    (error: unknown) => error instanceof WireError && error.code === 'ERR_WIRE_BODY' && why.test(error.message),
  );

test('the bodies of docs/protocol.md pass', () => {
  parseBody(wire.EnrollRequest, { name: 'n', os: 'o', arch: 'a', app_server_version: 'v', installation_id: 'i' }, 'x');
  const grant = { server_id: 's', environment_id: 'e', remote_control_token: 't', expires_at };
  assert.deepEqual(parseBody(wire.ServerGrant, { ...grant, new_member: 1 }, 'x'), grant);
  assert.deepEqual(parseBody(wire.PairRequest, {}, 'x'), { manual_code: false });
  parseBody(
    wire.PairResponse,
    { pairing_code: 'p', manual_pairing_code: null, server_id: 's', environment_id: 'e', expires_at },
    'x',
  );
  parseBody(wire.ClientList, { items: [{ client_id: 'c', display_name: null }], cursor: null }, 'x');
  parseBody(wire.ClaimFinishRequest, { ...claim, manual_pairing_code: 'ABCD-2345' }, 'x');
  parseBody(wire.EnvironmentList, { items: [{ env_id: 'e', online: true }] }, 'x');
  assert.deepEqual(
    parseBody(wire.ErrorBody, { detail: 'd', code: 'c', request_id: 'r', tries_left: 3 }, 'x').tries_left,
    3,
  );
});

test('a token is good for a header, an id for a path, and a moment exists', () => {
  const grant = { server_id: 's', environment_id: 'e', remote_control_token: 't', expires_at };
  for (const remote_control_token of ['', 'a b', 'a\r\nb', 'é', 'x'.repeat(8_193), null, 5]) {
    refused(() => parseBody(wire.ServerGrant, { ...grant, remote_control_token }, 'x'), /remote_control_token/);
  }
  for (const server_id of ['', 'a b', 'x'.repeat(257), undefined]) {
    refused(() => parseBody(wire.ServerGrant, { ...grant, server_id }, 'x'), /server_id/);
  }
  for (const moment of ['', 'tomorrow', '2030-01-01', '2030-13-01T00:00:00Z', 1_893_456_000]) {
    refused(() => parseBody(wire.ServerGrant, { ...grant, expires_at: moment }, 'x'), /expires_at/);
  }
});

test('exactly one of the two codes', () => {
  const both = { pairing_code: 'p', manual_pairing_code: 'm' };
  for (const codes of [{}, both]) {
    refused(() => parseBody(wire.CodeChoice, codes, 'x'), /exactly one/);
    refused(() => parseBody(wire.ClaimFinishRequest, { ...claim, ...codes }, 'x'), /exactly one/);
    refused(() => parseBody(wire.ClientPairRequest, { client_id: 'c', ...codes }, 'x'), /exactly one/);
  }
  parseBody(wire.CodeChoice, { pairing_code: 'p', manual_pairing_code: null }, 'x');
});

test('another algorithm, purpose or audience is refused: a signature is good for one thing', () => {
  refused(() => parseBody(wire.DeviceKeyProof, { ...proof, algorithm: 'none' }, 'x'), /algorithm/);
  const challenge = {
    type: 'device_key_challenge',
    purpose: wire.SOCKET_AUDIENCE,
    audience: wire.SOCKET_AUDIENCE,
    nonce: 'n',
    sessionId: 's',
    targetOrigin: 'o',
    targetPath: 'p',
    accountUserId: 'u',
    clientId: 'c',
    tokenSha256Base64url: 't',
    tokenExpiresAt: 5,
    scopes: [],
  };
  parseBody(wire.SocketChallenge, challenge, 'x');
  refused(() => parseBody(wire.SocketChallenge, { ...challenge, audience: wire.ENROLLMENT_AUDIENCE }, 'x'), /audience/);
});

test('an error names what and where, never the value', () => {
  assert.throws(
    () =>
      parseBody(
        wire.ClaimFinishRequest,
        { ...claim, pairing_code: 'p', device: { display_name: 7, platform: 'sesame\n'.repeat(99) } },
        'a claim',
      ),
    (error: Error) => {
      assert.match(error.message, /^a claim is malformed: device\.display_name: .*; device\.platform: /);
      return !error.message.includes('sesame');
    },
  );
});

test('whatever a body is, it passes or gives a WireError', () => {
  const schemas = Object.entries(wire).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && 'safeParse' in value ? [{ name, schema: value }] : [],
  );
  assert.ok(schemas.length > 20);
  fc.assert(
    fc.property(fc.constantFrom(...schemas), fc.jsonValue(), ({ name, schema }, value) => {
      try {
        parseBody(schema as typeof wire.PairStatusResponse, value, name); // any schema: only whether it throws is looked at
      } catch (error) {
        assert.ok(error instanceof WireError);
        assert.ok(error.message.startsWith(`${name} is malformed`));
        assert.ok(error.message.length < 1_000);
      }
    }),
    { numRuns: 1_000 },
  );
});
