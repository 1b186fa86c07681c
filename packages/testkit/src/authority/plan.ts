import { type Answer, answer } from './answers.ts';
import type { Endpoint } from './endpoints.ts';

/** Which answer comes next, per endpoint: first the script, then the standing answer. */
export class Plan {
  readonly #standing = new Map<Endpoint, Answer>();
  readonly #scripts = new Map<Endpoint, Answer[]>();

  set(endpoint: Endpoint, standing: Answer): void {
    this.#standing.set(endpoint, standing);
    this.#scripts.delete(endpoint);
  }

  script(endpoint: Endpoint, answers: readonly Answer[]): void {
    this.#scripts.set(endpoint, [...answers]);
  }

  next(endpoint: Endpoint): Answer {
    return this.#scripts.get(endpoint)?.shift() ?? this.#standing.get(endpoint) ?? answer.healthy();
  }
}
