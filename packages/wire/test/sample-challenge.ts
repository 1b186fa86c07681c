import type { EnrollmentChallenge } from '@holdfast/wire';

/** As a relay gives one to a device that enrolls. */
export const sampleChallenge: EnrollmentChallenge = {
  type: 'device_key_challenge',
  purpose: 'remote_control_client_enrollment',
  audience: 'remote_control_client_enrollment',
  account_user_id: 'user_1',
  client_id: 'cli_1',
  challenge_id: 'chal_1',
  challenge_token: 'ct_1',
  nonce: 'n',
  target_origin: 'http://127.0.0.1:7420',
  target_path: '/backend-api',
  challenge_expires_at: '2030-01-01T00:00:00Z',
  device_identity_hash: null,
};
