import type { DeadlineRecord, DeadlineStore, LeaseStore, StoreView } from '@holdfast/lease';

/** What a machine keeps when its process dies. */
export interface Disk {
  leases: Map<string, { version: number; text: string | null }>;
  deadlines: Map<string, DeadlineRecord>;
}

export function emptyDisk(): Disk {
  return { leases: new Map(), deadlines: new Map() };
}

/** A lease's place on the disk, for the one process that runs. @param now since the machine was switched on */
export function leaseOnDisk(disk: Disk, authority: string, now: () => number): LeaseStore {
  const row = disk.leases.get(authority) ?? { version: 0, text: null };
  disk.leases.set(authority, row);
  return {
    authority,
    read: (): StoreView => ({ version: row.version, text: row.text, now: now() }),
    swap(expected, text) {
      if (expected !== row.version) return false;
      row.version += 1;
      row.text = text;
      return true;
    },
    watch: () => () => {}, // nobody else is there
  };
}

export function deadlineOnDisk(disk: Disk, endpoint: string): DeadlineStore {
  return {
    load: () => disk.deadlines.get(endpoint) ?? null,
    save(record) {
      if (record === null) disk.deadlines.delete(endpoint);
      else disk.deadlines.set(endpoint, record);
    },
  };
}
