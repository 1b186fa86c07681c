import { type ConnectionState, type Controller, ControllerError, connect } from '@holdfast/controller';
import { sessionName } from '../device/session-name.ts';
import type { StoredPairing } from '../device/storage.ts';
import { momentOf } from '../lease/timeline.ts';
import type { Action } from '../state/reduce.ts';
import type { LinkState, Sighting } from '../state/state.ts';
import { LeaseWatch } from './lease-watch.ts';

export interface MachineLinkOptions {
  readonly pairing: StoredPairing;
  readonly dispatch: (action: Action) => void;
  /** The machine is called otherwise than it was. */
  readonly onName: (name: string) => void;
}

/** Keeps one pairing connected, and finds out what the relay knows of its machine. */
export class MachineLink {
  readonly controller: Controller;
  readonly lease: LeaseWatch;
  readonly #options: MachineLinkOptions;
  #hurry: () => void = () => {};
  #name: string;
  #looking = false;

  constructor(options: MachineLinkOptions) {
    this.#options = options;
    const { clientId, base, deviceKey, machineName } = options.pairing;
    this.#name = machineName;
    this.controller = connect({
      base,
      clientId,
      deviceKey,
      session: sessionName(clientId),
      onOnline: (callback) => {
        this.#hurry = callback;
        addEventListener('online', callback);
        return () => removeEventListener('online', callback);
      },
    });
    const { dispatch, pairing } = options;
    this.lease = new LeaseWatch({
      controller: this.controller,
      environmentId: pairing.environmentId,
      dispatch: (action) => dispatch({ type: 'lease', machineId: clientId, action }),
    });
    this.controller.on('state', (state) => this.#tell(state));
    this.#tell(this.controller.status);
  }

  /** Ends the wait for the next attempt, where the relay did not ask for it. */
  hurry(): void {
    this.#hurry();
  }

  async look(): Promise<void> {
    const { pairing, dispatch, onName } = this.#options;
    const machineId = pairing.clientId;
    if (this.#looking || this.controller.state === 'closed') return;
    this.#looking = true;
    try {
      const items = await this.controller.environments();
      const item = items.find(({ env_id }) => env_id === pairing.environmentId);
      if (item === undefined) {
        return dispatch({ type: 'not-seen', machineId, problem: 'The relay does not list this machine any more.' });
      }
      const name = item.display_name ?? item.host_name ?? null;
      const seen = momentOf(item.last_seen_at);
      const system = [item.os, item.arch].filter(Boolean).join(' ');
      const sighting: Sighting = {
        online: item.online,
        lastSeenAt: seen,
        asOf: Date.now(),
        answeredAt: momentOf(item.holdfast?.answered_at),
        offlineSince: momentOf(item.holdfast?.offline_since),
        offlineReason: item.holdfast?.offline_reason ?? null,
        system,
      };
      dispatch({ type: 'seen', machineId, name, sighting });
      if (name !== null && name !== this.#name) onName(name);
      this.#name = name ?? this.#name;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      dispatch({ type: 'not-seen', machineId, problem });
    } finally {
      this.#looking = false;
    }
  }

  close(): void {
    this.lease.stop();
    this.controller.close();
  }

  #tell(state: ConnectionState): void {
    this.#options.dispatch({ type: 'link', machineId: this.#options.pairing.clientId, link: linkState(state) });
  }
}

function linkState({ state, reason, nextAttemptAt, error }: ConnectionState): LinkState {
  const revoked = error instanceof ControllerError && error.code === 'ERR_CONTROLLER_REVOKED';
  return { state, reason, nextAttemptAt, revoked };
}
