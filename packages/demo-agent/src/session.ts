import { INVALID_PARAMS, INVALID_REQUEST, isObject, METHOD_NOT_FOUND, Peer, RpcFault } from './peer.ts';
import { AGENT_VERSION, newTurn, type Turn, threadSettings, threadShape } from './shapes.ts';
import { runTurn, textOf } from './turns.ts';

interface Thread {
  readonly id: string;
  readonly cwd: string;
  readonly createdAt: number;
  updatedAt: number;
  preview: string;
  active: { readonly turn: Turn; readonly interrupt: AbortController } | null;
}

/** A thread is a few hundred bytes; a peer that goes on starting them is told to stop. */
const MAX_THREADS = 1_000;
const PREVIEW_LENGTH = 120;
const OS_NAMES: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' };

const seconds = () => Math.floor(Date.now() / 1000);

/** One connection of one client: its threads, and the turns under way. */
export class Session {
  readonly #peer: Peer;
  readonly #threads = new Map<string, Thread>();
  readonly #ids = new Map<string, number>();
  #initialized = false;
  #allowed = false;

  constructor(write: (line: string) => void) {
    this.#peer = new Peer(write, {
      request: (method, params) => this.#request(method, isObject(params) ? { ...params } : {}),
      notification: () => {}, // `initialized`, and what a later client may add
    });
  }

  receive(line: string | null): void {
    this.#peer.receive(line);
  }

  /** The client has gone: ends every turn. */
  close(): void {
    for (const { active } of this.#threads.values()) active?.interrupt.abort();
  }

  #request(method: string, params: Record<string, unknown>): unknown {
    if (method === 'initialize') return this.#initialize(params);
    if (!this.#initialized) throw new RpcFault(INVALID_REQUEST, 'Not initialized');
    switch (method) {
      case 'thread/start':
        return this.#startThread(params);
      case 'thread/list':
        return this.#listThreads();
      case 'turn/start':
        return this.#startTurn(params);
      case 'turn/interrupt':
        return this.#interrupt(params);
      default:
        throw new RpcFault(
          METHOD_NOT_FOUND,
          `Method not found: ${method}. This is Holdfast's demo agent, which knows only a chat.`,
        );
    }
  }

  #initialize({ clientInfo }: Record<string, unknown>): object {
    if (this.#initialized) throw new RpcFault(INVALID_REQUEST, 'Already initialized');
    const name = isObject(clientInfo) && 'name' in clientInfo ? clientInfo.name : undefined;
    if (typeof name !== 'string') throw new RpcFault(INVALID_PARAMS, 'Invalid params: clientInfo.name is missing');
    this.#initialized = true;
    const os = OS_NAMES[process.platform] ?? process.platform;
    return {
      userAgent: `holdfast-demo-agent/${AGENT_VERSION} (${os}; ${process.arch}) ${name}`,
      codexHome: process.cwd(),
      platformFamily: process.platform === 'win32' ? 'windows' : 'unix',
      platformOs: os,
    };
  }

  #startThread({ cwd }: Record<string, unknown>): object {
    if (this.#threads.size >= MAX_THREADS) throw new RpcFault(INVALID_REQUEST, `More than ${MAX_THREADS} threads`);
    const now = seconds();
    const thread: Thread = {
      id: this.#nextId('thread'),
      cwd: typeof cwd === 'string' ? cwd : process.cwd(),
      createdAt: now,
      updatedAt: now,
      preview: '',
      active: null,
    };
    this.#threads.set(thread.id, thread);
    this.#afterAnswer(() => this.#peer.notify('thread/started', { thread: shapeOf(thread) }));
    return { thread: shapeOf(thread), ...threadSettings(thread.cwd) };
  }

  #listThreads(): object {
    return { data: [...this.#threads.values()].reverse().map(shapeOf), nextCursor: null, backwardsCursor: null };
  }

  #startTurn({ threadId, input, clientUserMessageId }: Record<string, unknown>): object {
    const thread = this.#thread(threadId);
    if (!Array.isArray(input)) throw new RpcFault(INVALID_PARAMS, 'Invalid params: input is not a list');
    if (thread.active !== null) {
      throw new RpcFault(
        INVALID_REQUEST,
        `Turn ${thread.active.turn.id} is running; interrupt it, or wait for turn/completed`,
      );
    }
    const turn = newTurn(this.#nextId('turn'), seconds());
    const interrupt = new AbortController();
    thread.active = { turn, interrupt };
    thread.updatedAt = seconds();
    thread.preview ||= textOf(input).slice(0, PREVIEW_LENGTH);
    const clientMessageId = typeof clientUserMessageId === 'string' ? clientUserMessageId : null;
    this.#afterAnswer(() => void this.#play(thread, turn, input, clientMessageId, interrupt.signal));
    return { turn: { ...turn, startedAt: null } };
  }

  async #play(
    thread: Thread,
    turn: Turn,
    input: readonly unknown[],
    clientMessageId: string | null,
    signal: AbortSignal,
  ): Promise<void> {
    const threadId = thread.id;
    const begun = performance.now();
    this.#peer.notify('turn/started', { threadId, turn });
    let end: Pick<Turn, 'status' | 'error'>;
    try {
      const status = await runTurn({
        peer: this.#peer,
        threadId,
        turn,
        cwd: thread.cwd,
        input,
        clientMessageId,
        nextItemId: () => this.#nextId('item'),
        allowed: this.#allowed,
        allow: () => {
          this.#allowed = true;
        },
        signal,
      });
      end = { status, error: null };
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      end = { status: 'failed', error: { message, codexErrorInfo: null, additionalDetails: null, misalignment: null } };
    }
    thread.active = null;
    thread.updatedAt = seconds();
    const durationMs = Math.round(performance.now() - begun);
    this.#peer.notify('turn/completed', { threadId, turn: { ...turn, ...end, completedAt: seconds(), durationMs } });
  }

  #interrupt({ threadId, turnId }: Record<string, unknown>): object {
    const { active } = this.#thread(threadId);
    if (active === null || active.turn.id !== turnId) throw new RpcFault(INVALID_REQUEST, 'That turn is not running');
    this.#afterAnswer(() => active.interrupt.abort());
    return {};
  }

  #thread(id: unknown): Thread {
    const thread = typeof id === 'string' ? this.#threads.get(id) : undefined;
    if (thread === undefined) throw new RpcFault(INVALID_REQUEST, 'Thread not found; start one with thread/start');
    return thread;
  }

  /** What a request sets off is told after its answer. */
  #afterAnswer(act: () => void): void {
    queueMicrotask(act);
  }

  #nextId(kind: string): string {
    const next = (this.#ids.get(kind) ?? 0) + 1;
    this.#ids.set(kind, next);
    return `${kind}-${next}`;
  }
}

const shapeOf = (thread: Thread) => threadShape({ ...thread, active: thread.active !== null });
