import { type Controller, ControllerError, type HostManagement, openManagement } from '@holdfast/controller';
import { CLIENT_INFO } from '../agent/open-agent.ts';
import type { LeaseAction } from '../lease/lease-view.ts';

export interface LeaseWatchOptions {
  readonly controller: Controller;
  readonly environmentId: string;
  readonly dispatch: (action: LeaseAction) => void;
}

/** Between two tries, in ms: the first is short, since a host that has just connected is the usual reason. */
const RETRY_MS = [2_000, 5_000, 15_000] as const;

/** Follows a host's lease over a stream of its own, on which no agent runs. Open only while somebody looks. */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  /** Who is wanted now: one that is stopped and started anew is another. */
  #watch: object | null = null;
  #management: HostManagement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#watch !== null) return;
    const watch = {};
    this.#watch = watch;
    void this.#open(watch, 0);
  }

  stop(): void {
    if (this.#watch === null) return;
    this.#watch = null;
    this.#options.dispatch({ type: 'lease-away', now: Date.now() });
    clearTimeout(this.#timer);
    void this.#management?.close();
    this.#management = null;
  }

  /** Asks the host for something. @throws ControllerError, RpcError; Error while nothing is open */
  async request(method: string, params: object): Promise<unknown> {
    if (this.#management === null) throw new Error('The host is not reached. Try again when it is.');
    return this.#management.request(method, params);
  }

  async #open(watch: object, failures: number): Promise<void> {
    const { controller, environmentId, dispatch } = this.#options;
    dispatch({ type: 'lease-opening' });
    try {
      const management = await openManagement(controller, environmentId, { clientInfo: CLIENT_INFO });
      if (this.#watch !== watch) return void management.close();
      this.#management = management;
      management.onLeaseEvent((event) => dispatch({ type: 'lease-event', event, now: Date.now() }));
      management.onStatus((status) => dispatch({ type: 'lease-status', status }));
      const [status, events] = await Promise.all([management.status(), management.history()]);
      if (this.#watch !== watch) return;
      dispatch({ type: 'lease-told', status, events, methods: management.methods });
      await management.closed;
      this.#again(watch, 0);
    } catch (error) {
      if (this.#watch !== watch) return;
      if (error instanceof ControllerError && error.code === 'ERR_CONTROLLER_NOT_HOLDFAST') {
        return dispatch({ type: 'lease-none' });
      }
      this.#again(watch, failures);
    }
  }

  #again(watch: object, failures: number): void {
    if (this.#watch !== watch) return;
    this.#management = null;
    this.#options.dispatch({ type: 'lease-away', now: Date.now() });
    if (this.#options.controller.state === 'closed') return;
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    this.#timer = setTimeout(() => void this.#open(watch, failures + 1), wait);
  }
}
