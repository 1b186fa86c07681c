import type { ClientList } from '@holdfast/wire';
import { rfc3339 } from '../clock.ts';
import type { Device } from '../devices.ts';

/** A device as lists show it. */
export function clientItem({ clientId, description, lastSeenAt }: Device): ClientList['items'][number] {
  return { client_id: clientId, ...description, last_seen_at: rfc3339(lastSeenAt) };
}
