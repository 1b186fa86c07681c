import { fromBase64, toBase64, toBase64Url } from './base64.ts';
import { fromDer, toDer } from './ecdsa-der.ts';
import { WireError } from './errors.ts';
import {
  DEVICE_KEY_ALGORITHM,
  type DeviceIdentity,
  type EnrollmentChallenge,
  type SocketChallenge,
} from './rest-controller.ts';

/** docs/protocol.md §5: what stands before every signed payload, so that a signature made here is good for nothing else. */
const DOMAIN = 'codex-device-key-sign-payload/v1';
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** WebCrypto's key, by the name that Node's types and a browser's both know it under. */
export type SigningKey = Parameters<typeof crypto.subtle.sign>[1];

export interface DeviceKey {
  readonly privateKey: SigningKey;
  readonly identity: DeviceIdentity;
}

export interface Signature {
  readonly signature_der_base64: string;
  readonly signed_payload_base64: string;
}

type Payload = Readonly<Record<string, unknown>>;

/** A fresh P-256 key. `extractable` only where the key has to be written to a file; a browser keeps it in its own store. */
export async function generateDeviceKey(options: {
  extractable: boolean;
  protectionClass: string;
}): Promise<DeviceKey> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, options.extractable, ['sign', 'verify']);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
  return { privateKey, identity: await identityOf(spki, options.protectionClass) };
}

async function identityOf(spki: Uint8Array<ArrayBuffer>, protection_class: string): Promise<DeviceIdentity> {
  return {
    key_id: `dk_${toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', spki))).slice(0, 22)}`,
    public_key_spki_der_base64: toBase64(spki),
    algorithm: DEVICE_KEY_ALGORITHM,
    protection_class,
  };
}

/** What a device signs to answer an enrollment's, a claim's or a refresh's challenge. */
export function enrollmentPayload(challenge: EnrollmentChallenge): Payload {
  return {
    type: 'remoteControlClientEnrollment',
    purpose: challenge.purpose,
    audience: challenge.audience,
    accountUserId: challenge.account_user_id,
    clientId: challenge.client_id,
    challengeId: challenge.challenge_id,
    challengeToken: challenge.challenge_token,
    nonce: challenge.nonce,
    targetOrigin: challenge.target_origin,
    targetPath: challenge.target_path,
    challengeExpiresAt: challenge.challenge_expires_at,
    deviceIdentityHash: challenge.device_identity_hash,
  };
}

/** What a device signs to prove itself on a websocket. */
export function connectionPayload(challenge: SocketChallenge): Payload {
  return { ...challenge, type: 'remoteControlClientConnection' };
}

export async function sign(key: SigningKey, payload: Payload): Promise<Signature> {
  const bytes = new TextEncoder().encode(canonical({ domain: DOMAIN, payload }));
  const raw = new Uint8Array(await crypto.subtle.sign(SIGNING, key, bytes));
  return { signature_der_base64: toBase64(toDer(raw)), signed_payload_base64: toBase64(bytes) };
}

/**
 * Checks that the device signed exactly what it was asked to. Members may be in any order, and a null one may be absent; any other
 * difference is a fault.
 *
 * @throws WireError `ERR_WIRE_PROOF`
 */
export async function verify(identity: DeviceIdentity, expected: Payload, signature: Signature): Promise<void> {
  const signed = fromBase64(signature.signed_payload_base64);
  const der = fromBase64(signature.signature_der_base64);
  const raw = der === null ? null : fromDer(der);
  if (signed === null || raw === null) throw refused('its encoding is malformed');
  const publicKey = await importPublicKey(identity);
  if (!(await crypto.subtle.verify(SIGNING, publicKey, raw, signed)))
    throw refused('the signature does not fit the key');
  let statement: string;
  try {
    statement = canonical(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(signed)));
  } catch {
    throw refused('what was signed is not JSON, or is nested too deeply');
  }
  if (statement !== canonical({ domain: DOMAIN, payload: expected })) throw refused('something else was signed');
}

async function importPublicKey(identity: DeviceIdentity): Promise<SigningKey> {
  const spki = fromBase64(identity.public_key_spki_der_base64);
  if (spki === null) throw refused('the public key is not base64');
  // the platform's reader lets anything follow, and one key would have many forms
  if (spki[1] !== spki.length - 2) throw refused('the public key is not a P-256 key');
  try {
    return await crypto.subtle.importKey('spki', spki, CURVE, false, ['verify']);
  } catch {
    throw refused('the public key is not a P-256 key');
  }
}

/** Binds a client to its key: base64url SHA-256 of the identity (docs/protocol.md §5). */
export async function deviceIdentityHash(identity: DeviceIdentity): Promise<string> {
  const text = JSON.stringify({
    algorithm: identity.algorithm,
    keyId: identity.key_id,
    protectionClass: identity.protection_class,
    publicKeySpkiDerBase64: identity.public_key_spki_der_base64,
  });
  return sha256Base64Url(text);
}

export async function sha256Base64Url(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

/** JSON with sorted members; null ones left out. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(
      Object.entries(part)
        .filter(([, member]) => member !== null)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  });
}

const refused = (why: string) => new WireError('ERR_WIRE_PROOF', `the device's proof is not accepted: ${why}`);
