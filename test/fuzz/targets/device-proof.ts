import assert from 'node:assert/strict';
import {
  type DeviceKey,
  enrollmentPayload,
  fromBase64,
  generateDeviceKey,
  sign,
  toBase64,
  verify,
  WireError,
} from '@holdfast/wire';
import { toDer } from '../../../packages/wire/src/ecdsa-der.ts';
import { sampleChallenge as challenge } from '../../../packages/wire/test/sample-challenge.ts';
import { bytesOf, type Target } from '../target.ts';

const expected = enrollmentPayload(challenge);
const statement = JSON.stringify({ domain: 'codex-device-key-sign-payload/v1', payload: expected });

/** What a device signs, whatever that is, with a key that is its own: it may only ever be taken when it says what it was asked to say. */
export async function deviceProofTargets(): Promise<Target[]> {
  const key: DeviceKey = await generateDeviceKey({ extractable: false, protectionClass: 'software' });
  const genuine = await sign(key.privateKey, expected);
  const refusedOrTaken = async (signed: Parameters<typeof verify>[2]): Promise<boolean> => {
    try {
      await verify(key.identity, expected, signed);
      return true;
    } catch (error) {
      if (error instanceof WireError && error.code === 'ERR_WIRE_PROOF') return false;
      throw error;
    }
  };
  return [
    {
      name: 'what a device signs',
      seeds: [statement],
      weight: 0.2,
      check: async (input) => {
        const bytes = Buffer.from(input);
        const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, bytes);
        const proof = {
          signature_der_base64: toBase64(toDer(new Uint8Array(raw))),
          signed_payload_base64: toBase64(bytes),
        };
        if (await refusedOrTaken(proof))
          assert.deepEqual(withoutNulls(JSON.parse(input)), withoutNulls(JSON.parse(statement)));
      },
    },
    {
      name: 'a signature',
      seeds: [fromBase64(genuine.signature_der_base64) ?? new Uint8Array()].map((der) =>
        Buffer.from(der).toString('latin1'),
      ),
      weight: 0.2,
      check: async (input) => {
        const given = { ...genuine, signature_der_base64: toBase64(bytesOf(input)) };
        const isGenuine = given.signature_der_base64 === genuine.signature_der_base64;
        assert.equal(await refusedOrTaken(given), isGenuine, 'no signature is taken but the one that was made');
      },
    },
    {
      name: 'a public key',
      seeds: [Buffer.from(fromBase64(key.identity.public_key_spki_der_base64) ?? []).toString('latin1')],
      weight: 0.2,
      check: async (input) => {
        const identity = { ...key.identity, public_key_spki_der_base64: toBase64(bytesOf(input)) };
        if (identity.public_key_spki_der_base64 === key.identity.public_key_spki_der_base64) return;
        await assert.rejects(verify(identity, expected, genuine), { name: 'WireError', code: 'ERR_WIRE_PROOF' });
      },
    },
  ];
}

function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).filter(([, member]) => member !== null));
  });
}
