import type { DeviceKey } from '@holdfast/wire';

/** A pairing, as this browser keeps it. The key in it is an object that cannot be exported. */
export interface StoredPairing {
  readonly clientId: string;
  readonly base: string;
  readonly environmentId: string;
  readonly accountUserId: string;
  readonly deviceKey: DeviceKey;
  /** What the machine is called, as last heard. */
  readonly machineName: string;
  /** What this device called itself when it paired. */
  readonly deviceName: string;
  /** Ms since the epoch. */
  readonly pairedAt: number;
}

const DATABASE = 'holdfast';
const STORE = 'pairings';

export class Storage {
  readonly #db: IDBDatabase;

  private constructor(db: IDBDatabase) {
    this.#db = db;
  }

  /** @throws when the browser gives no storage, as some do in private windows */
  static async open(): Promise<Storage> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'clientId' });
    const db = await settled(request);
    db.onversionchange = () => db.close(); // a newer page wants to change it
    return new Storage(db);
  }

  async all(): Promise<StoredPairing[]> {
    const found: StoredPairing[] = await settled(this.#db.transaction(STORE).objectStore(STORE).getAll());
    return found.sort((a, b) => a.pairedAt - b.pairedAt);
  }

  async put(pairing: StoredPairing): Promise<void> {
    await settled(this.#db.transaction(STORE, 'readwrite').objectStore(STORE).put(pairing));
  }

  /** Changes what a pairing is called; one that was removed meanwhile stays removed. */
  async rename(clientId: string, names: Partial<Pick<StoredPairing, 'machineName' | 'deviceName'>>): Promise<void> {
    const store = this.#db.transaction(STORE, 'readwrite').objectStore(STORE);
    const pairing: StoredPairing | undefined = await settled(store.get(clientId));
    if (pairing !== undefined) await settled(store.put({ ...pairing, ...names }));
  }

  async remove(clientId: string): Promise<void> {
    await settled(this.#db.transaction(STORE, 'readwrite').objectStore(STORE).delete(clientId));
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
