import { claimCode } from '@holdfast/controller';
import { generateDeviceKey } from '@holdfast/wire';
import type { StoredPairing } from './storage.ts';

/** Makes this browser a controller of the machine that shows `code`, by a fresh key that never leaves it. @throws ControllerError */
export async function pairDevice(options: { base: string; code: string; deviceName: string }): Promise<StoredPairing> {
  const { base, code, deviceName } = options;
  const credentials = await claimCode({
    base,
    code,
    device: { display_name: deviceName.slice(0, 256), device_type: 'browser', platform: 'web' },
    deviceKey: await generateDeviceKey({ extractable: false, protectionClass: 'os_protected_nonextractable' }),
  });
  const { clientId, environmentId, accountUserId, deviceKey } = credentials;
  return {
    clientId,
    base: credentials.base,
    environmentId,
    accountUserId,
    deviceKey,
    deviceName,
    machineName: 'New machine',
    pairedAt: Date.now(),
  };
}
