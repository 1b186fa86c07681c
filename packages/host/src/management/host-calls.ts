import { type RawMessage, type RpcId, rpcError } from '@holdfast/wire';

/** A request to the host itself. */
export interface HostCall {
  readonly id: RpcId;
  readonly method: string;
}

/** Answers one, with a reply or an error reply. Never rejects. */
export type AnswerCall = (message: RawMessage, call: HostCall) => Promise<RawMessage>;

/** Of one stream: how many are answered side by side, and how many more may wait for that. */
const MAX_UNDER_WAY = 16;
const MAX_QUEUED = 64;

/** JSON-RPC's range for servers. */
const TOO_MANY_CALLS = -32003;

export interface HostCallsOptions {
  readonly answer: AnswerCall;
  /** Whether a reply may be sent now. */
  readonly hasRoom: () => boolean;
  readonly reply: (message: RawMessage) => void;
  /** A request is left without an answer. */
  readonly onDropped: (what: string) => void;
}

/** What the controller of one stream asks of the host. A controller that does not ack its replies gets no more of them than its window holds. */
export class HostCalls {
  readonly #options: HostCallsOptions;
  readonly #queue: { readonly message: RawMessage; readonly call: HostCall }[] = [];
  #underWay = 0;
  #closed = false;

  constructor(options: HostCallsOptions) {
    this.#options = options;
  }

  take(message: RawMessage, call: HostCall): void {
    if (this.#queue.length >= MAX_QUEUED) {
      this.#refuse(call);
      return;
    }
    this.#queue.push({ message, call });
    this.pump();
  }

  /** There may be room again. */
  pump(): void {
    while (!this.#closed && this.#underWay < MAX_UNDER_WAY && this.#options.hasRoom()) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#underWay += 1;
      void this.#answer(next.message, next.call);
    }
  }

  /** Nothing is answered after this. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
  }

  async #answer(message: RawMessage, call: HostCall): Promise<void> {
    const reply = await this.#options.answer(message, call);
    this.#underWay -= 1;
    if (this.#closed) return;
    this.#options.reply(reply);
    this.pump();
  }

  #refuse({ id, method }: HostCall): void {
    const why = `More than ${MAX_QUEUED} requests to this host wait on this stream`;
    if (this.#options.hasRoom()) this.#options.reply(rpcError(id, TOO_MANY_CALLS, `${why}; ask again after a reply.`));
    else this.#options.onDropped(`${why}, and its controller does not ack: ${method} was dropped`);
  }
}
