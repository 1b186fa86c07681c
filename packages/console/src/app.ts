import { ControllerError, type RelayCalls } from '@holdfast/controller';
import { Session } from './agent/session.ts';
import { keepOpen, readOpen } from './device/kept-place.ts';
import { formatTyped } from './device/page-code.ts';
import { pairDevice } from './device/pair.ts';
import { pairProblem } from './device/pair-problem.ts';
import { forgetSession } from './device/session-name.ts';
import type { Storage, StoredPairing } from './device/storage.ts';
import { MachineLink } from './link/machine-link.ts';
import type { Action } from './state/reduce.ts';
import { type AppState, CONNECTING, type Machine, type Place } from './state/state.ts';
import type { Store } from './state/store.ts';
import { NEW_TALK } from './state/talk.ts';
import { TalkKeeper } from './talk-keeper.ts';

const LOOK_EVERY_MS = 15_000;
/** Forgetting does not wait for a relay longer than this. */
const FAREWELL_MS = 3_000;

/** What a person can do with the page. Keeps the links and the sessions; everything there is to see goes into the store. */
export class App {
  readonly store: Store<AppState, Action>;
  readonly #storage: Storage;
  readonly #base: string;
  readonly #links = new Map<string, MachineLink>();
  readonly #sessions = new Map<string, Session>();
  readonly #keeper: TalkKeeper;

  constructor(options: { store: Store<AppState, Action>; storage: Storage; base: string }) {
    this.store = options.store;
    this.#storage = options.storage;
    this.#base = options.base;
    this.#keeper = new TalkKeeper(options.store);
  }

  async start(code: string | null): Promise<void> {
    const pairings = await this.#storage.all();
    this.store.dispatch({ type: 'machines', machines: pairings.map(machineOf) });
    for (const pairing of pairings) this.#link(pairing);
    setInterval(() => this.look(), LOOK_EVERY_MS);
    document.addEventListener('visibilitychange', () => this.#onVisible());
    addEventListener('pagehide', () => this.#leave());
    const open = readOpen();
    if (code !== null) await this.scanned(code);
    else if (this.#links.has(open)) this.open(open);
    else this.go({ at: pairings.length === 0 ? 'pair' : 'machines' });
  }

  /** A code that came by the page's address. */
  async scanned(code: string): Promise<void> {
    this.go({ at: 'pair' });
    await this.pair(code);
  }

  go(place: Place): void {
    this.store.dispatch({ type: 'went', place });
    keepOpen(place.at === 'talk' ? place.machineId : '');
    if (place.at === 'machines') this.look();
  }

  /** A phone that was in a pocket: whoever looks at it now does not want to wait for the next try. */
  #onVisible(): void {
    if (document.visibilityState === 'hidden') return;
    for (const link of this.#links.values()) link.hurry();
    this.look();
  }

  /** Asks the relay about the machines; not while nobody sees the answer. */
  look(): void {
    if (document.visibilityState === 'hidden') return;
    for (const link of this.#links.values()) void link.look();
  }

  async pair(code: string): Promise<void> {
    const { pair } = this.store.get();
    if (pair.busy) return;
    this.store.dispatch({ type: 'pair-typed', form: { code: code.length <= 9 ? formatTyped(code) : code } }); // so that it can be tried again
    this.store.dispatch({ type: 'pairing' });
    try {
      const deviceName = pair.deviceName.trim() || 'Browser';
      const pairing = await pairDevice({ base: this.#base, code, deviceName });
      await this.#storage.put(pairing);
      for (const { id, environmentId } of this.store.get().machines) {
        if (environmentId === pairing.environmentId) await this.forget(id);
      }
      this.store.dispatch({ type: 'machine-added', machine: machineOf(pairing) });
      void this.#link(pairing).look();
      this.open(pairing.clientId);
    } catch (error) {
      const known = error instanceof ControllerError ? error : null;
      const message = error instanceof Error ? error.message : String(error);
      const failure = { code: known?.code ?? null, status: known?.status ?? null, message };
      const { retryAt = null, triesLeft = null } = known ?? {};
      this.store.dispatch({
        type: 'pair-failed',
        problem: pairProblem({ ...failure, retryAt, triesLeft }, Date.now()),
      });
    }
  }

  /** Deletes the key of a pairing, and with it this browser's way to the machine; the relay forgets the device where it can be reached. */
  async forget(machineId: string): Promise<void> {
    await this.#farewell(machineId);
    this.#sessions.get(machineId)?.close();
    this.#sessions.delete(machineId);
    this.#links.get(machineId)?.close();
    this.#links.delete(machineId);
    this.store.dispatch({ type: 'machine-forgotten', machineId });
    this.#keeper.forget(machineId);
    forgetSession(machineId);
    await this.#storage.remove(machineId);
  }

  /** Follows the lease of a machine's host for as long as somebody looks at it. @returns what ends that */
  watchLease(machineId: string): () => void {
    const lease = this.#links.get(machineId)?.lease;
    lease?.start();
    return () => lease?.stop();
  }

  /** What the relay can be asked in the name of one pairing; null for one that was forgotten. */
  relayOf(machineId: string): RelayCalls | null {
    return this.#links.get(machineId)?.controller.relay ?? null;
  }

  /** Calls this device otherwise, at the relay and here. @throws ControllerError */
  async renameDevice(machineId: string, deviceName: string): Promise<void> {
    await this.relayOf(machineId)?.rename(deviceName);
    this.store.dispatch({ type: 'device-renamed', machineId, deviceName });
    await this.#storage.rename(machineId, { deviceName });
  }

  /** Removes another device from a machine, by its host, where that allows it. @throws Error that says why not */
  async revoke(machineId: string, clientId: string): Promise<void> {
    const environmentId = this.store.get().machines.find(({ id }) => id === machineId)?.environmentId;
    await this.#links.get(machineId)?.lease.request('remoteControl/client/revoke', { environmentId, clientId });
  }

  async #farewell(machineId: string): Promise<void> {
    const link = this.#links.get(machineId);
    if (link === undefined || link.controller.state !== 'connected') return;
    const patience = new Promise((resolve) => setTimeout(resolve, FAREWELL_MS));
    await Promise.race([link.controller.relay.remove().catch(() => {}), patience]);
  }

  hurry(machineId: string): void {
    this.#links.get(machineId)?.hurry();
  }

  /** Shows the conversation with a machine's agent, and begins one if there is none. */
  open(machineId: string): void {
    const existing = this.store.get().talks.get(machineId);
    this.go({ at: 'talk', machineId });
    if (existing !== undefined) return;
    const { draft, threadId } = this.#keeper.recall(machineId);
    this.store.dispatch({ type: 'talk', machineId, action: { type: 'recalled', draft, threadId } });
    this.session(machineId)?.start();
  }

  type(machineId: string, text: string): void {
    this.store.dispatch({ type: 'talk', machineId, action: { type: 'typed', text } });
  }

  session(machineId: string): Session | null {
    const known = this.#sessions.get(machineId);
    if (known !== undefined) return known;
    const link = this.#links.get(machineId);
    const machine = this.store.get().machines.find(({ id }) => id === machineId);
    if (link === undefined || machine === undefined) return null;
    const session = new Session({
      controller: link.controller,
      environmentId: machine.environmentId,
      dispatch: (action) => this.store.dispatch({ type: 'talk', machineId, action }),
      talk: () => this.store.get().talks.get(machineId) ?? NEW_TALK,
      left: this.#keeper.recall(machineId).stream,
      onStream: (stream) => this.#keeper.onStream(machineId, stream),
    });
    this.#sessions.set(machineId, session);
    return session;
  }

  /** An idle agent is let go. In the middle of a turn the stream stays open: the next page takes it up, and until then the relay keeps it. */
  #leave(): void {
    const { talks } = this.store.get();
    for (const { lease } of this.#links.values()) lease.stop();
    for (const [machineId, session] of this.#sessions) {
      const chats = [...(talks.get(machineId)?.chats.values() ?? [])];
      if (chats.every(({ turn }) => turn === null)) session.close();
    }
  }

  #link(pairing: StoredPairing): MachineLink {
    const link = new MachineLink({
      pairing,
      dispatch: (action) => this.store.dispatch(action),
      onName: (machineName) => {
        if (this.#links.get(pairing.clientId) === link) void this.#storage.rename(pairing.clientId, { machineName });
      },
    });
    this.#links.set(pairing.clientId, link);
    return link;
  }
}

function machineOf({ clientId, environmentId, machineName, deviceName, pairedAt }: StoredPairing): Machine {
  return {
    id: clientId,
    environmentId,
    name: machineName,
    deviceName,
    pairedAt,
    link: CONNECTING,
    sighting: null,
    problem: null,
  };
}
