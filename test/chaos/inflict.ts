import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger } from './ledger.ts';
import type { Fault } from './plan.ts';
import type { World } from './world.ts';

/** Carries out what is planned, and lets no two faults of one thing overlap: each has to be over before the next of its kind begins. */
export class Inflict {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #busy = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(world: World, ledger: Ledger) {
    this.#world = world;
    this.#ledger = ledger;
  }

  /** Does not wait for its end. A fault of something that is in another one already is left out. */
  begin(fault: Fault): void {
    const subject = 'of' in fault ? fault.of : 'relay';
    if (this.#busy.has(subject)) return;
    this.#busy.add(subject);
    this.#ledger.count(fault.kind);
    this.#ledger.tell(subject, describe(fault));
    const done = this.#run(fault).finally(() => {
      this.#busy.delete(subject);
      this.#underWay.delete(done);
      this.#ledger.tell(subject, `${fault.kind}: over`);
    });
    this.#underWay.add(done);
  }

  /** Settles when everything is whole again. */
  async over(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** A host that finds no relay when it needs its first token waits for half a minute, as it should: it would miss most of a short run. */
  async #withRelay(what: () => Promise<void> | undefined): Promise<void> {
    while (this.#busy.has('relay')) await delay(20);
    this.#busy.add('relay');
    await what()?.finally(() => this.#busy.delete('relay'));
  }

  async #run(fault: Fault): Promise<void> {
    const { networks, hosts, rawHosts, rawTalkers, chatters, relay } = this.#world;
    const network = 'of' in fault ? networks.get(fault.of) : undefined;
    switch (fault.kind) {
      case 'cut':
        network?.cutAll(fault.how);
        return;
      case 'stall':
        network?.stall();
        await delay(fault.ms);
        network?.resume();
        return;
      case 'drip':
        network?.drip(fault.bytesPerSecond);
        await delay(fault.ms);
        network?.drip(undefined);
        return;
      case 'latency':
        network?.setLatency(fault.delayMs);
        await delay(fault.ms);
        network?.setLatency(0);
        return;
      case 'half open':
        network?.halfOpen();
        if (fault.ms === null) return;
        await delay(fault.ms);
        network?.cutAll('reset');
        return;
      case 'flood':
        chatters.get(fault.of)?.flood([...hosts.keys()]);
        await delay(300); // the request has come, and what it asks for has not
        network?.refuse();
        network?.cutAll('reset');
        await delay(fault.ms);
        await network?.accept();
        return;
      case 'away':
        network?.refuse();
        network?.cutAll('reset');
        await delay(fault.ms);
        await network?.accept();
        return;
      case 'relay killed':
      case 'relay stopped':
        await relay.end(fault.kind === 'relay killed' ? 'SIGKILL' : 'SIGTERM');
        await delay(fault.ms);
        await relay.start();
        return;
      case 'host killed': {
        rawHosts.get(fault.of)?.restart();
        const host = hosts.get(fault.of);
        await host?.kill();
        await delay(fault.ms);
        await this.#withRelay(async () => host?.start());
        return;
      }
      case 'controller vanishes':
        chatters.get(fault.of)?.vanish();
        return;
      case 'superseded':
        rawHosts.get(fault.of)?.supersede();
        rawTalkers.get(fault.of)?.supersede();
        return;
      case 'void':
        rawHosts.get(fault.of)?.speakIntoTheVoid();
        rawTalkers.get(fault.of)?.speakIntoTheVoid();
        return;
    }
  }
}

function describe({ kind, ...rest }: Fault): string {
  const details = Object.entries(rest).filter(([name]) => name !== 'of');
  return [kind, ...details.map(([name, value]) => `${name} ${value}`)].join(', ');
}
