import { type RpcClient, RpcError } from '@holdfast/controller';
import { type Approval, readApproval } from '../chat/approval.ts';
import type { KeptRequest } from '../device/kept-talk.ts';
import type { TalkAction } from '../state/talk-actions.ts';

export interface QuestionsOptions {
  readonly rpc: RpcClient;
  readonly dispatch: (action: TalkAction) => void;
  /** Called with what waits for an answer whenever that changes. */
  readonly onChange: (waiting: readonly KeptRequest[]) => void;
}

interface Waiting {
  readonly request: KeptRequest;
  answer(result: object): void;
}

const METHOD_NOT_FOUND = -32601;

/** What the agent has asked leave for, until a person answers. */
export class Questions {
  readonly #options: QuestionsOptions;
  /** By the key of the approval. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: QuestionsOptions) {
    this.#options = options;
    options.rpc.onRequest((method, params, id) => this.#ask({ id, method, params }));
  }

  /** What an earlier page was asked, and did not answer: it still may be. */
  restore(asked: readonly KeptRequest[]): void {
    const { rpc } = this.#options;
    for (const request of asked) {
      const approval = readApproval(request.method, request.params, request.id);
      const answer = (result: object) => rpc.stream.send(JSON.stringify({ jsonrpc: '2.0', id: request.id, result }));
      if (approval !== null) this.#wait(approval, { request, answer });
    }
  }

  decide(key: string, decision: unknown): void {
    const waiting = this.#waiting.get(key);
    this.resolved(key);
    this.#options.dispatch({ type: 'answered', key });
    waiting?.answer({ decision });
  }

  /** The agent no longer wants to know. */
  resolved(key: string): void {
    if (this.#waiting.delete(key)) this.#changed();
  }

  clear(): void {
    this.#waiting.clear();
  }

  #ask(request: KeptRequest): Promise<unknown> {
    const { dispatch } = this.#options;
    const { method } = request;
    const approval = readApproval(method, request.params, request.id);
    if (approval === null) {
      dispatch({
        type: 'noted',
        tone: 'quiet',
        text: `The agent asked for something this page does not do (${method}), and was told so.`,
      });
      return Promise.reject(new RpcError(METHOD_NOT_FOUND, `The Holdfast page does not answer ${method}.`));
    }
    return new Promise((answer) => this.#wait(approval, { request, answer }));
  }

  #wait(approval: Approval, waiting: Waiting): void {
    this.#waiting.set(approval.key, waiting);
    this.#options.dispatch({ type: 'asked', approval });
    this.#changed();
  }

  #changed(): void {
    this.#options.onChange([...this.#waiting.values()].map(({ request }) => request));
  }
}
