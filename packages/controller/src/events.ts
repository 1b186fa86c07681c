import type { ControllerError } from './errors.ts';

/** Where a controller's link stands, and what will happen next. */
export interface ConnectionState {
  /** `waiting` = between two attempts; `closed` is final. */
  readonly state: 'connecting' | 'connected' | 'waiting' | 'closed';
  /** Why it is not connected, for a person; null when it is, or when nothing has failed yet. */
  readonly reason: string | null;
  /** When the next attempt comes, in ms since the epoch; null unless waiting. */
  readonly nextAttemptAt: number | null;
  readonly error: ControllerError | null;
}

export interface ControllerEvents {
  readonly state: ConnectionState;
  /** Something was wrong that the controller lives with, such as a frame that could not be read. */
  readonly error: ControllerError;
}

type Listener<Event> = (event: Event) => void;

/** Who listens to what. A listener that throws is reported like any uncaught error and harms nobody else. */
export class Listeners {
  readonly #state = new Set<Listener<ConnectionState>>();
  readonly #error = new Set<Listener<ControllerError>>();

  /** @returns a function that ends it */
  on<Name extends keyof ControllerEvents>(name: Name, listener: Listener<ControllerEvents[Name]>): () => void {
    const listeners = this.#of(name);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  emit<Name extends keyof ControllerEvents>(name: Name, event: ControllerEvents[Name]): void {
    for (const listener of [...this.#of(name)]) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #of<Name extends keyof ControllerEvents>(name: Name): Set<Listener<ControllerEvents[Name]>> {
    const sets = { state: this.#state, error: this.#error };
    return sets[name] as Set<Listener<ControllerEvents[Name]>>; // by the name of its event, which the type cannot follow
  }
}
