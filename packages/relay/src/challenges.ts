import {
  type DeviceIdentity,
  type DeviceKeyProof,
  deviceIdentityHash,
  ENROLLMENT_AUDIENCE,
  type EnrollmentChallenge,
  enrollmentPayload,
  verify,
  WireError,
} from '@holdfast/wire';
import { type Clock, rfc3339 } from './clock.ts';
import { Expiring } from './expiring.ts';
import { hashToken, mintId, mintToken, type RandomBytes } from './secrets.ts';

const LIFE_MS = 60_000;
const MOST = 10_000;

export interface ChallengeRequest {
  readonly accountUserId: string;
  readonly clientId: string;
  readonly origin: string;
  readonly path: string;
  /** Of a device that is known already. */
  readonly identity: DeviceIdentity | null;
}

/** What a device must sign to claim a code or to renew its token: once, within a minute. */
export class Challenges {
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #open: Expiring<EnrollmentChallenge>;

  constructor({ clock, random }: { clock: Clock; random: RandomBytes }) {
    this.#clock = clock;
    this.#random = random;
    this.#open = new Expiring({ clock, lifeMs: LIFE_MS, most: MOST });
  }

  async issue(request: ChallengeRequest): Promise<EnrollmentChallenge> {
    const token = mintToken('challenge', this.#random);
    const challenge: EnrollmentChallenge = {
      type: 'device_key_challenge',
      purpose: ENROLLMENT_AUDIENCE,
      audience: ENROLLMENT_AUDIENCE,
      account_user_id: request.accountUserId,
      client_id: request.clientId,
      challenge_id: mintId('chal_', this.#random),
      challenge_token: token,
      nonce: Buffer.from(this.#random(32)).toString('base64url'),
      target_origin: request.origin,
      target_path: request.path,
      challenge_expires_at: rfc3339(this.#clock.wall() + LIFE_MS),
      device_identity_hash: request.identity === null ? null : await deviceIdentityHash(request.identity),
    };
    this.#open.put(keyOf(token), challenge);
    return challenge;
  }

  /**
   * Uses the challenge up, whatever comes of it.
   *
   * @throws WireError `ERR_WIRE_PROOF`
   */
  async settle(clientId: string, identity: DeviceIdentity, proof: DeviceKeyProof): Promise<void> {
    const challenge = this.#open.take(keyOf(proof.challenge_token));
    if (challenge === null || challenge.client_id !== clientId) {
      throw new WireError('ERR_WIRE_PROOF', 'its challenge is unknown, was used already or is older than a minute');
    }
    if (proof.key_id !== identity.key_id) throw new WireError('ERR_WIRE_PROOF', 'it was made with another key');
    await verify(identity, enrollmentPayload(challenge), proof);
  }
}

/** Looked up by its hash, so that the time a look-up takes says nothing about the token. */
const keyOf = (token: string) => hashToken(token).toString('base64url');
