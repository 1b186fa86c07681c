import {
  ChallengeResponse,
  type ClaimFinishRequest,
  ClaimFinishResponse,
  DEVICE_KEY_ALGORITHM,
  type DeviceDescription,
  type DeviceKey,
  type DeviceKeyProof,
  type EnrollmentChallenge,
  enrollmentPayload,
  generateDeviceKey,
  normalizeBase,
  paths,
  readCode,
  sign,
  WireError,
} from '@holdfast/wire';
import { systemClock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import { ControllerError } from './errors.ts';
import { type Fetch, globalFetch, RelayApi } from './relay-api.ts';

export interface ClaimOptions {
  /** The relay's address; a URL without a path gets `/backend-api`. */
  readonly base: string;
  /** What the host shows, as it was typed or scanned. */
  readonly code: string;
  /** What the host's owner will see in the list of clients. */
  readonly device: DeviceDescription;
  /** Default: a fresh key that can be exported. A browser gives its own, made not extractable, and keeps the object in IndexedDB. */
  readonly deviceKey?: DeviceKey;
  /** Default: the global one. */
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal;
}

/**
 * Makes this device a controller of the host that shows `code` (docs/protocol.md §8). The code is used up.
 *
 * @throws ControllerError; `ERR_CONTROLLER_CODE` with `triesLeft` when the code is not taken
 */
export async function claimCode(options: ClaimOptions): Promise<Credentials> {
  const base = checked(() => normalizeBase(options.base));
  const code = checked(() => readCode(options.code));
  requireWebCrypto();
  const { signal } = options;
  const api = new RelayApi(base, options.fetch ?? globalFetch, systemClock);
  const deviceKey = options.deviceKey ?? (await generateDeviceKey({ extractable: true, protectionClass: 'software' }));

  const { value: start } = await api.call({
    method: 'POST',
    path: paths.claimStart,
    body: {},
    answer: ChallengeResponse,
    signal,
  });
  const request: ClaimFinishRequest = {
    client_id: start.client_id,
    ...code,
    device: options.device,
    device_identity: deviceKey.identity,
    device_key_proof: await prove(deviceKey, start.device_key_challenge),
  };
  const { value: grant, serverNow } = await api
    .call({ method: 'POST', path: paths.claimFinish, body: request, answer: ClaimFinishResponse, signal })
    .catch(refusedCode);
  return {
    base,
    clientId: grant.client_id,
    environmentId: grant.environment_id,
    accountUserId: grant.account_user_id,
    deviceKey,
    token: grant.remote_control_token,
    tokenExpiresAt: systemClock.wall() + Date.parse(grant.expires_at) - serverNow,
  };
}

/** The device's answer to an enrollment's, a claim's or a refresh's challenge. */
export async function prove(deviceKey: DeviceKey, challenge: EnrollmentChallenge): Promise<DeviceKeyProof> {
  return {
    challenge_token: challenge.challenge_token,
    key_id: deviceKey.identity.key_id,
    ...(await sign(deviceKey.privateKey, enrollmentPayload(challenge))),
    algorithm: DEVICE_KEY_ALGORITHM,
  };
}

/** A page that came over plain http from another machine has no WebCrypto. */
export function requireWebCrypto(): void {
  if (globalThis.crypto?.subtle !== undefined) return;
  throw new ControllerError(
    'ERR_CONTROLLER_UNSUPPORTED',
    'This page cannot keep a device key: browsers allow that only over https or on localhost. Open the relay by an https address.',
  );
}

/** A fault in what the user gave, under this SDK's own codes. */
export function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const code = error.code === 'ERR_WIRE_CODE' ? 'ERR_CONTROLLER_CODE' : 'ERR_CONTROLLER_URL';
    throw new ControllerError(code, error.message, { cause: error });
  }
}

/** Wrong, expired or used, or too many guesses; anything else is no fault of the code. */
const CODE_REFUSALS = [404, 410, 429];

function refusedCode(error: unknown): never {
  if (!(error instanceof ControllerError) || error.code !== 'ERR_CONTROLLER_RELAY') throw error;
  if (error.status === null || !CODE_REFUSALS.includes(error.status)) throw error;
  throw new ControllerError('ERR_CONTROLLER_CODE', error.message, {
    status: error.status,
    relayCode: error.relayCode,
    requestId: error.requestId,
    retryAt: error.retryAt,
    triesLeft: error.triesLeft,
    cause: error,
  });
}
