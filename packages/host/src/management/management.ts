import { type Methods, RpcRefusal, replyTo, rpcCodes } from '@holdfast/local-socket';
import type { HostStatus, LeaseHistoryEntry, ManagementWelcome } from '@holdfast/wire';
import type { Logger } from 'pino';
import { controlMethods } from '../control/methods.ts';
import type { Host } from '../host.ts';
import type { AnswerCall } from './host-calls.ts';

/** What every controller may call: to look, and to change nothing. */
const CONTROLLERS_MAY = ['remoteControl/status/read', 'holdfast/status', 'holdfast/lease/history'] as const;

export interface ManagementOptions {
  readonly host: Host;
  readonly version: string;
  readonly logger: Logger;
  /** Methods that controllers may call beside those that all may. */
  readonly controllersMay: readonly string[];
}

/** What a host is to the controllers of its streams: what they may call, and what they are told (docs/protocol.md §8). */
export class Management {
  readonly #host: Host;
  readonly #version: string;
  readonly #logger: Logger;
  readonly #methods: Methods;
  readonly #allowed: ReadonlySet<string>;

  constructor({ host, version, logger, controllersMay }: ManagementOptions) {
    this.#host = host;
    this.#version = version;
    this.#logger = logger;
    this.#methods = controlMethods(host);
    this.#allowed = new Set([...CONTROLLERS_MAY, ...controllersMay]);
  }

  /** What answers an `initialize` that asks for the host itself. */
  get welcome(): ManagementWelcome {
    return { holdfast: { version: this.#version, methods: [...this.#allowed] } };
  }

  readonly answer: AnswerCall = (message, { id, method }) => {
    const { params } = JSON.parse(message) as { params?: unknown }; // an object: readRpc has seen it
    return replyTo(
      id,
      () => this.#call(method, params),
      (err) => this.#logger.error({ err, method }, 'a call of a controller failed'),
    );
  };

  status(): HostStatus {
    return this.#host.status();
  }

  /** Calls `onStatus` after every change of the status, and `onEntry` with each new entry of the lease's history. Returns what ends that. */
  watch(onStatus: () => void, onEntry: (entry: LeaseHistoryEntry) => void): () => void {
    const unwatchStatus = this.#host.watch(onStatus);
    const unwatchHistory = this.#host.history.watch(onEntry);
    return () => {
      unwatchStatus();
      unwatchHistory();
    };
  }

  /** @throws RpcRefusal */
  #call(method: string, params: unknown): Promise<unknown> {
    if (this.#allowed.has(method)) return this.#methods.call(method, params);
    if (this.#methods.names.includes(method))
      throw new RpcRefusal(
        rpcCodes.refused,
        `Controllers may not call ${method} on this host; whoever runs it allows that with --controllers-may ${method}.`,
      );
    const name = JSON.stringify(method.slice(0, 100));
    throw new RpcRefusal(
      rpcCodes.methodNotFound,
      `There is no method ${name}; controllers may call: ${[...this.#allowed].join(', ')}.`,
    );
  }
}
