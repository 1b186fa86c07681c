import { DeviceIdentity, type DeviceKey, normalizeBase, parseBody, toBase64 } from '@holdfast/wire';
import { ControllerError } from './errors.ts';

/** What makes a device a controller of a host at one relay. The private key is the secret. */
export interface Credentials {
  readonly base: string;
  readonly clientId: string;
  /** The host that was paired with. */
  readonly environmentId: string;
  readonly accountUserId: string;
  readonly deviceKey: DeviceKey;
  /** The token that came with the claim, good for the first minutes; later ones are had by the device key. */
  readonly token?: string;
  /** Ms since the epoch, by the local clock. */
  readonly tokenExpiresAt?: number;
}

/** A P-256 private key as a JSON Web Key (RFC 7518 §6.2). */
export interface PrivateKeyJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

/** Credentials as JSON, for a file that only its owner reads (0600). Holds the private key, and no token. */
export interface SerializedCredentials {
  readonly version: 1;
  readonly base: string;
  readonly clientId: string;
  readonly environmentId: string;
  readonly accountUserId: string;
  readonly deviceIdentity: DeviceIdentity;
  readonly privateKey: PrivateKeyJwk;
}

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;

const unusable = (why: string, cause?: unknown) => new ControllerError('ERR_CONTROLLER_CREDENTIALS', why, { cause });

/** @throws ControllerError `ERR_CONTROLLER_CREDENTIALS` when the key was made not extractable, as a browser's should be */
export async function exportCredentials(credentials: Credentials): Promise<SerializedCredentials> {
  const { base, clientId, environmentId, accountUserId, deviceKey } = credentials;
  let jwk: unknown;
  try {
    jwk = await crypto.subtle.exportKey('jwk', deviceKey.privateKey);
  } catch (cause) {
    throw unusable(
      'The device key cannot be exported: it was made not extractable. Keep the key object itself.',
      cause,
    );
  }
  const privateKey = readPrivateKey(jwk);
  return { version: 1, base, clientId, environmentId, accountUserId, deviceIdentity: deviceKey.identity, privateKey };
}

/**
 * Reads what `exportCredentials` gave, and makes sure that the private key is that of the identity.
 *
 * @throws ControllerError `ERR_CONTROLLER_CREDENTIALS`
 */
export async function importCredentials(serialized: unknown): Promise<Credentials> {
  if (typeof serialized !== 'object' || serialized === null) throw damaged('an object was expected');
  const members: Record<string, unknown> = { ...serialized };
  if (members['version'] !== 1) throw damaged('their version is not 1');
  const text = (name: string): string => {
    const value = members[name];
    if (typeof value !== 'string' || value === '') throw damaged(`${name} is missing`);
    return value;
  };
  const jwk = readPrivateKey(members['privateKey']);
  try {
    const identity = parseBody(DeviceIdentity, members['deviceIdentity'], 'deviceIdentity');
    const { d: _, ...publicJwk } = jwk;
    const publicKey = await crypto.subtle.importKey('jwk', publicJwk, CURVE, true, ['verify']);
    const spki = toBase64(new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)));
    if (spki !== identity.public_key_spki_der_base64) throw damaged('the private key is not that of deviceIdentity');
    const privateKey = await crypto.subtle.importKey('jwk', jwk, CURVE, true, ['sign']);
    return {
      base: normalizeBase(text('base')),
      clientId: text('clientId'),
      environmentId: text('environmentId'),
      accountUserId: text('accountUserId'),
      deviceKey: { privateKey, identity },
    };
  } catch (error) {
    if (error instanceof ControllerError) throw error;
    throw damaged(error instanceof Error ? error.message : 'the key cannot be read', error);
  }
}

const damaged = (why: string, cause?: unknown) =>
  unusable(`The stored credentials are damaged: ${why}. Pair this device again.`, cause);

function readPrivateKey(value: unknown): PrivateKeyJwk {
  const jwk: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { kty, crv, x, y, d } = jwk;
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string' || typeof d !== 'string') {
    throw damaged('the private key is not a P-256 key');
  }
  return { kty, crv, x, y, d };
}
