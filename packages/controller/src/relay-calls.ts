import {
  ClientItem,
  ClientList,
  type ClientPatch,
  Drill,
  DrillList,
  type DrillRequest,
  type EnvironmentItem,
  EnvironmentList,
  paths,
} from '@holdfast/wire';
import type { Call, RelayApi, Schema } from './relay-api.ts';
import type { SessionToken } from './session-token.ts';

const PAGE = 50;
/** A relay whose cursor never ends is not followed for ever. */
const MAX_PAGES = 40;

interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string | null | undefined;
}

/** What a device may ask of its relay. Every call is @throws ControllerError */
export class RelayCalls {
  readonly #api: RelayApi;
  readonly #token: SessionToken;
  readonly #clientId: string;

  /** Use {@link Controller.relay}. */
  constructor(api: RelayApi, token: SessionToken, clientId: string) {
    this.#api = api;
    this.#token = token;
    this.#clientId = clientId;
  }

  /** The hosts that this device is paired with. */
  environments(): Promise<EnvironmentItem[]> {
    return this.#all(paths.clientEnvironments(this.#clientId), EnvironmentList);
  }

  /** The devices that share a host with this one, itself included. */
  clients(): Promise<ClientItem[]> {
    return this.#all(paths.clients, ClientList);
  }

  /** Calls this device otherwise. */
  rename(displayName: string): Promise<ClientItem> {
    const body: ClientPatch = { display_name: displayName };
    return this.#call({ method: 'PATCH', path: paths.client(this.#clientId), body, answer: ClientItem });
  }

  /** Removes this device from the relay: its key opens nothing any more, and its link ends. */
  async remove(): Promise<void> {
    await this.#call({ method: 'DELETE', path: paths.client(this.#clientId), answer: null });
  }

  /** The drills under way, and whether this device may start one. */
  drills(): Promise<DrillList> {
    return this.#call({ method: 'GET', path: paths.drills, answer: DrillList });
  }

  startDrill(drill: DrillRequest): Promise<Drill> {
    return this.#call({ method: 'POST', path: paths.drills, body: drill, answer: Drill });
  }

  async stopDrill(id: string): Promise<void> {
    await this.#call({ method: 'DELETE', path: paths.drill(id), answer: null });
  }

  async #all<Item>(path: string, answer: Schema<Page<Item>>): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
      const value: Page<Item> = await this.#call({ method: 'GET', path: `${path}?${query}`, answer });
      items.push(...value.items);
      cursor = value.cursor ?? null;
      if (cursor === null) break;
    }
    return items;
  }

  async #call<T>(call: Omit<Call<T>, 'as' | 'signal'>): Promise<T> {
    const clientId = this.#clientId;
    const { value } = await this.#token.authorized((token) => this.#api.call({ ...call, as: { token, clientId } }));
    return value;
  }
}
