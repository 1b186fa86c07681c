import assert from 'node:assert/strict';
import { createPublicKey, createVerify, verify as nodeVerify } from 'node:crypto';
import { test } from 'node:test';
import {
  connectionPayload,
  deviceIdentityHash,
  enrollmentPayload,
  generateDeviceKey,
  type SocketChallenge,
  sign,
  verify,
  WireError,
} from '@holdfast/wire';
import fc from 'fast-check';
import { fromDer, toDer } from '../src/ecdsa-der.ts';
import { sampleChallenge as challenge } from './sample-challenge.ts';

const socketChallenge: SocketChallenge = {
  type: 'device_key_challenge',
  purpose: 'remote_control_client_websocket',
  audience: 'remote_control_client_websocket',
  nonce: 'n',
  sessionId: 's',
  targetOrigin: 'http://127.0.0.1:7420',
  targetPath: '/x',
  accountUserId: 'user_1',
  clientId: 'cli_1',
  tokenSha256Base64url: 'hash',
  tokenExpiresAt: '2030-01-01T00:00:00Z',
  scopes: ['remote_control_controller_websocket'],
};

const key = await generateDeviceKey({ extractable: false, protectionClass: 'software' });
const refused = (why: RegExp) => (error: unknown) => {
  assert.ok(error instanceof WireError);
  assert.equal(error.code, 'ERR_WIRE_PROOF');
  assert.match(error.message, why);
  return true;
};

test('what a device signs is verified, for an enrollment and for a websocket', async () => {
  for (const payload of [enrollmentPayload(challenge), connectionPayload(socketChallenge)]) {
    await verify(key.identity, payload, await sign(key.privateKey, payload));
  }
});

test("a signature is one that another implementation takes: DER, over the domain and the sorted payload's JSON", async () => {
  const { signature_der_base64, signed_payload_base64 } = await sign(key.privateKey, enrollmentPayload(challenge));
  const signed = Buffer.from(signed_payload_base64, 'base64');
  const der = Buffer.from(key.identity.public_key_spki_der_base64, 'base64');
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  assert.ok(createVerify('sha256').update(signed).verify(publicKey, signature_der_base64, 'base64'));
  const statement = JSON.parse(signed.toString());
  assert.equal(statement.domain, 'codex-device-key-sign-payload/v1');
  assert.equal(statement.payload.type, 'remoteControlClientEnrollment');
  assert.deepEqual(Object.keys(statement.payload), Object.keys(statement.payload).sort());
});

test('another order of members, and null written out, is the same statement', async () => {
  const payload = enrollmentPayload(challenge);
  const text = JSON.stringify({
    payload: Object.fromEntries(Object.entries(payload).reverse()),
    domain: 'codex-device-key-sign-payload/v1',
  });
  assert.match(text, /"deviceIdentityHash":null/);
  await verify(key.identity, payload, await signText(text));
});

async function signText(text: string) {
  const bytes = new TextEncoder().encode(text);
  const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, bytes);
  return {
    signature_der_base64: Buffer.from(toDer(new Uint8Array(raw))).toString('base64'),
    signed_payload_base64: Buffer.from(bytes).toString('base64'),
  };
}

test('a statement that differs in any member is refused', async () => {
  const payload = enrollmentPayload(challenge);
  const signature = await sign(key.privateKey, payload);
  for (const name of Object.keys(payload)) {
    await assert.rejects(verify(key.identity, { ...payload, [name]: 'other' }, signature), refused(/something else/));
  }
  await assert.rejects(verify(key.identity, { ...payload, more: 1 }, signature), refused(/something else/));
  await assert.rejects(
    verify(key.identity, payload, await signText(JSON.stringify({ domain: 'another', payload }))),
    refused(/something else/),
  );
  await assert.rejects(verify(key.identity, payload, await signText('no JSON')), refused(/not JSON/));
});

test("another key's signature, a changed one and a malformed one are refused", async () => {
  const payload = enrollmentPayload(challenge);
  const signature = await sign(key.privateKey, payload);
  const other = await generateDeviceKey({ extractable: false, protectionClass: 'software' });
  await assert.rejects(verify(other.identity, payload, signature), refused(/does not fit the key/));
  await assert.rejects(
    verify(key.identity, payload, { ...signature, signed_payload_base64: 'e30=' }),
    refused(/does not fit the key/),
  );
  await assert.rejects(
    verify(key.identity, payload, { ...signature, signature_der_base64: 'AAAA' }),
    refused(/encoding/),
  );
  await assert.rejects(verify(key.identity, payload, { ...signature, signature_der_base64: '?' }), refused(/encoding/));
  await assert.rejects(
    verify({ ...key.identity, public_key_spki_der_base64: 'AAAA' }, payload, signature),
    refused(/not a P-256 key/),
  );
});

test('the hash of an identity changes with each of its members, and has no padding', async () => {
  const hash = await deviceIdentityHash(key.identity);
  assert.match(hash, /^[A-Za-z0-9_-]{43}$/);
  for (const name of ['key_id', 'public_key_spki_der_base64', 'protection_class']) {
    assert.notEqual(await deviceIdentityHash({ ...key.identity, [name]: 'other' }), hash);
  }
});

const number = fc.uint8Array({ minLength: 32, maxLength: 32 });
const leading = fc.tuple(fc.nat(31), number).map(([zeros, bytes]) => bytes.fill(0, 0, zeros));

test('any r and s come back from DER as they went in, with leading zeros and top bits', () => {
  fc.assert(
    fc.property(fc.oneof(number, leading), fc.oneof(number, leading), (r, s) => {
      const raw = Uint8Array.from([...r, ...s]);
      assert.deepEqual(fromDer(toDer(raw)), raw);
    }),
  );
});

test('DER is the same as that of another implementation', async () => {
  for (let n = 0; n < 20; n += 1) {
    const { signature_der_base64, signed_payload_base64 } = await sign(key.privateKey, { n });
    const der = Buffer.from(key.identity.public_key_spki_der_base64, 'base64');
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const signed = Buffer.from(signed_payload_base64, 'base64');
    assert.ok(nodeVerify('sha256', signed, publicKey, Buffer.from(signature_der_base64, 'base64')));
  }
});

test('what is no DER signature is null, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const raw = fromDer(bytes);
      assert.ok(raw === null || raw.length === 64);
    }),
  );
  const der = toDer(new Uint8Array(64).fill(0x81));
  for (let length = 0; length < der.length; length += 1) assert.equal(fromDer(der.subarray(0, length)), null);
  assert.equal(fromDer(Uint8Array.from([...der, 0])), null);
});

test('an encoding that is not the shortest is no DER: one signature has one encoding', () => {
  // r = 1 with two leading zeros; s = -1
  assert.equal(fromDer(Uint8Array.of(0x30, 7, 0x02, 2, 0, 1, 0x02, 1, 1)), null);
  assert.equal(fromDer(Uint8Array.of(0x30, 6, 0x02, 1, 1, 0x02, 1, 0xff)), null);
});
