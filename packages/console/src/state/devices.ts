import type { ClientItem } from '@holdfast/wire';
import { reveal } from '../text/reveal.ts';
import { ago } from '../text/time.ts';

/** A device that controls a machine, as it is listed. */
export interface ListedDevice {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly isThis: boolean;
}

/** This one first, then the one that was seen last. */
export function listDevices(items: readonly ClientItem[], own: string, now: number): ListedDevice[] {
  const seen = ({ last_seen_at }: ClientItem) => (last_seen_at == null ? 0 : Date.parse(last_seen_at));
  return [...items]
    .sort((a, b) => Number(b.client_id === own) - Number(a.client_id === own) || seen(b) - seen(a))
    .map((item) => ({
      id: item.client_id,
      name: reveal(item.display_name ?? 'A device without a name'),
      about: [item.device_type, item.platform, item.os_version]
        .filter((part) => part != null && part !== '')
        .map((part) => reveal(String(part)))
        .concat(seen(item) === 0 ? [] : [`seen ${ago(seen(item), now)}`])
        .join(' · '),
      isThis: item.client_id === own,
    }));
}
