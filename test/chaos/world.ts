import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mintAccountToken } from '@holdfast/relay';
import { type FaultProxy, type Seeded, startFaultProxy } from '@holdfast/testkit';
import { normalizeBase } from '@holdfast/wire';
import { Chatter } from './chatter.ts';
import { pairDevice } from './device.ts';
import { type Account, HostProcess } from './host-process.ts';
import type { Ledger } from './ledger.ts';
import type { Cast } from './plan.ts';
import { RawHost } from './raw-host.ts';
import { RawTalker } from './raw-talker.ts';
import { RelayProcess } from './relay-process.ts';
import { SdkTalker } from './sdk-talker.ts';

/** The SDK's two are two sessions of one device, as two tabs of a browser are. */
export const cast: Cast = {
  hosts: ['host-1', 'host-2'],
  rawHosts: ['raw-host'],
  controllers: ['sdk-1', 'sdk-2'],
  rawControllers: ['raw-acks', 'raw-cursor'],
};

/** A relay, its hosts and its controllers, each peer behind a network of its own. */
export class World {
  readonly relay: RelayProcess;
  readonly networks = new Map<string, FaultProxy>();
  readonly hosts = new Map<string, HostProcess>();
  readonly rawHosts = new Map<string, RawHost>();
  readonly rawTalkers = new Map<string, RawTalker>();
  readonly chatters = new Map<string, Chatter>();
  readonly journals: string;
  readonly #dir: string;
  readonly #ledger: Ledger;
  readonly #random: Seeded;

  constructor(dir: string, { ledger, random }: { ledger: Ledger; random: Seeded }) {
    this.#dir = dir;
    this.#ledger = ledger;
    this.#random = random;
    this.relay = new RelayProcess(join(dir, 'relay'));
    this.journals = join(dir, 'journals');
    mkdirSync(this.journals);
  }

  async start(): Promise<void> {
    await this.relay.start();
    const account = mintAccountToken(join(this.#dir, 'relay'));
    for (const name of [...cast.hosts, ...cast.rawHosts, ...cast.controllers, ...cast.rawControllers])
      this.networks.set(name, await startFaultProxy(this.relay.port));
    await this.#startHosts(account);
    await this.#startControllers();
  }

  base(name: string): string {
    return normalizeBase(this.networks.get(name)?.url ?? '');
  }

  /** What everybody wrote to stderr. */
  logs(): [name: string, text: string][] {
    return [
      ['relay', this.relay.log()],
      ...[...this.hosts].map(([name, host]): [string, string] => [name, host.log()]),
    ];
  }

  async close(): Promise<void> {
    for (const chatter of this.chatters.values()) chatter.finish();
    for (const { talker } of this.chatters.values()) await talker.close();
    for (const host of this.rawHosts.values()) host.close();
    for (const host of this.hosts.values()) await host.kill();
    await this.relay.end('SIGKILL');
    for (const network of this.networks.values()) await network.close();
  }

  async #startHosts(account: Account): Promise<void> {
    for (const name of cast.hosts) {
      const relay = () => this.base(name);
      const dataDir = join(this.#dir, name);
      const host = new HostProcess({ name, dataDir, journals: this.journals, relay, account, ledger: this.#ledger });
      this.hosts.set(name, host);
      await host.start();
    }
    for (const name of cast.rawHosts) {
      const random = this.#random.fork(name);
      const host = new RawHost({ name, relay: () => this.base(name), account, ledger: this.#ledger, random });
      this.rawHosts.set(name, host);
      await host.start();
    }
  }

  async #startControllers(): Promise<void> {
    const hosts = [...this.hosts, ...this.rawHosts];
    const context = { ledger: this.#ledger };
    const shared = await pairDevice(this.base(cast.controllers[0] ?? ''), 'two sessions', hosts);
    for (const name of cast.controllers) {
      const credentials = { ...shared.credentials, base: this.base(name) };
      const cutOff = () => this.networks.get(name)?.cutAll('reset');
      const talker = new SdkTalker({ name, credentials, environments: shared.environments, cutOff });
      this.chatters.set(name, new Chatter(talker, { ...context, random: this.#random.fork(name) }));
    }
    for (const name of cast.rawControllers) {
      const relay = () => this.base(name);
      const { credentials, environments } = await pairDevice(relay(), name, hosts);
      const kind = name === 'raw-cursor' ? 'cursor' : 'acks';
      const random = this.#random.fork(name);
      const { clientId, deviceKey } = credentials;
      const talker = new RawTalker({ name, relay, clientId, deviceKey, environments, kind, ...context, random });
      this.rawTalkers.set(name, talker);
      this.chatters.set(name, new Chatter(talker, { ...context, random }));
    }
  }
}
