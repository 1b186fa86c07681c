import { type Controller, ControllerError, type Credentials, connect } from '@holdfast/controller';
import type { Talk, TalkEvents, Talker } from './talk.ts';

export interface SdkTalkerOptions {
  readonly name: string;
  readonly credentials: Credentials;
  /** The environment of each host, by the host's name. */
  readonly environments: ReadonlyMap<string, string>;
  /** Cuts its network, so that a goodbye gets nowhere. */
  readonly cutOff: () => void;
}

/** A controller as the SDK makes it. */
export class SdkTalker implements Talker {
  readonly name: string;
  readonly #options: SdkTalkerOptions;
  #controller: Controller;

  constructor(options: SdkTalkerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#controller = this.#connect();
  }

  get hosts(): readonly string[] {
    return [...this.#options.environments.keys()];
  }

  open(host: string, events: TalkEvents): Talk {
    const stream = this.#controller.openStream(this.#options.environments.get(host) ?? '');
    void (async () => {
      for await (const message of stream.messages) events.onMessage(message);
    })().catch(() => {}); // why is in `closed`
    void stream.closed.then(({ reason, error }) => {
      if (reason === 'gone') events.onGone();
      else if (reason !== 'closed') events.onBroken(`the SDK ended it as ${reason}: ${error?.message}`);
    });
    return {
      send: (message) => {
        try {
          stream.send(message);
          return true;
        } catch (error) {
          if (error instanceof ControllerError) return false; // full, or over: `closed` says which
          throw error;
        }
      },
      close: () => stream.close(),
    };
  }

  vanish(): void {
    this.#options.cutOff();
    this.#controller.close();
    this.#controller = this.#connect();
  }

  async close(): Promise<void> {
    this.#controller.close();
  }

  #connect(): Controller {
    return connect({ credentials: this.#options.credentials, random: () => 0.02 });
  }
}
