import type { DatabaseSync } from 'node:sqlite';
import type { Accounts, AccountToken } from './accounts.ts';
import type { Audit } from './audit.ts';
import type { Device, Devices } from './devices.ts';
import type { Server, Servers } from './servers.ts';
import { transact } from './stores/transaction.ts';
import type { Switchboard } from './switchboard.ts';
import type { Tokens } from './tokens.ts';

export interface AdministrationOptions {
  readonly db: DatabaseSync;
  readonly accounts: Accounts;
  readonly servers: Servers;
  readonly devices: Devices;
  readonly clientTokens: Tokens;
  readonly switchboard: Switchboard;
  readonly audit: Audit;
}

/** From where it was asked for; null on the relay's own machine. */
type Address = string | null;

/**
 * What is done to accounts, hosts and devices, whoever asked for it and by whatever way: written down in one transaction with its entry
 * in the audit log, and in force when it returns.
 */
export class Administration {
  readonly #options: AdministrationOptions;

  constructor(options: AdministrationOptions) {
    this.#options = options;
  }

  renameEnvironment({ serverId }: Server, displayName: string, address: Address): void {
    const { db, servers, audit } = this.#options;
    transact(db, () => {
      servers.rename(serverId, displayName);
      audit.record({ event: 'host_renamed', address, serverId, detail: displayName });
    });
  }

  /** Its link is closed, its streams end, and it is not known any more. */
  removeEnvironment({ serverId }: Server, address: Address): void {
    const { servers, devices, switchboard, audit } = this.#options;
    switchboard.takeAway({ servers: [serverId] }, () => {
      audit.record({ event: 'host_removed', address, serverId }); // first: it says what the host is called
      devices.unpairAll(serverId);
      servers.remove(serverId);
    });
  }

  renameClient({ clientId }: Device, displayName: string, address: Address): void {
    const { db, devices, audit } = this.#options;
    transact(db, () => {
      devices.rename(clientId, displayName);
      audit.record({ event: 'client_renamed', address, clientId, detail: displayName });
    });
  }

  /** Its links are closed, its streams end on every host, and it is not known any more. */
  revokeClient({ clientId, description }: Device, address: Address): void {
    const { devices, switchboard, audit } = this.#options;
    switchboard.takeAway({ clients: [{ clientId, serverIds: devices.hostsOf(clientId) }] }, () => {
      devices.remove(clientId);
      audit.record({ event: 'client_revoked', address, clientId, detail: description.display_name });
    });
  }

  /** Devices that nobody uses any more; in one transaction. */
  expireClients(idle: readonly Device[]): void {
    const { devices, switchboard, audit } = this.#options;
    const clients = idle.map(({ clientId }) => ({ clientId, serverIds: devices.hostsOf(clientId) }));
    switchboard.takeAway({ clients }, () => {
      for (const { clientId, description } of idle) {
        devices.remove(clientId);
        audit.record({ event: 'client_expired', clientId, detail: description.display_name });
      }
    });
  }

  /** Likewise for one host; a device that is paired with no other is not known any more. */
  revokeFromHost({ clientId, description }: Device, { serverId }: Server, address: Address): void {
    const { devices, clientTokens, switchboard, audit } = this.#options;
    switchboard.takeAway({ clients: [{ clientId, serverIds: [serverId] }] }, () => {
      audit.record({ event: 'client_revoked', address, serverId, clientId, detail: description.display_name });
      devices.unpair(clientId, serverId);
      clientTokens.revokeAll(clientId);
      if (devices.hostsOf(clientId).length === 0) devices.remove(clientId);
    });
  }

  createAccount(name: string | null): AccountToken {
    const { db, accounts, audit } = this.#options;
    return transact(db, () => {
      const made = accounts.create(name);
      audit.record({ event: 'account_created', detail: name ?? made.accountId });
      return made;
    });
  }

  makeAccountToken(accountId: string): AccountToken {
    const { db, accounts, audit } = this.#options;
    return transact(db, () => {
      audit.record({ event: 'account_token_made', detail: accountId });
      return accounts.mintToken(accountId);
    });
  }

  rotateAccount(accountId: string): AccountToken {
    const { db, accounts, audit } = this.#options;
    return transact(db, () => {
      audit.record({ event: 'account_rotated', detail: accountId });
      return accounts.rotate(accountId);
    });
  }

  /** With all its hosts and devices, as if each was removed; in one transaction, however many they are. */
  removeAccount(accountId: string): { environments: number; clients: number } {
    const { accounts, servers, devices, switchboard, audit } = this.#options;
    const serverIds = servers.idsOf(accountId);
    const clients = devices.idsOf(accountId).map((clientId) => ({ clientId, serverIds: devices.hostsOf(clientId) }));
    switchboard.takeAway({ servers: serverIds, clients }, () => {
      audit.record({ event: 'account_removed', detail: accountId });
      for (const serverId of serverIds) devices.unpairAll(serverId);
      for (const { clientId } of clients) devices.remove(clientId);
      accounts.remove(accountId);
    });
    return { environments: serverIds.length, clients: clients.length };
  }
}
