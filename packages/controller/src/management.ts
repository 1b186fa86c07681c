import {
  HostStatus,
  LeaseHistory,
  LeaseHistoryEntry,
  ManagementWelcome,
  parseBody,
  StatusReadResult,
} from '@holdfast/wire';
import type { Clock } from './clock.ts';
import type { Controller } from './controller.ts';
import { asControllerError, ControllerError } from './errors.ts';
import { type RequestOptions, RpcError, rpc } from './rpc.ts';
import type { StreamEnd } from './stream.ts';

/** A host answers for itself at once; one that takes longer than this is not there, in milliseconds. */
const WELCOME_TIMEOUT_MS = 15_000;
/** A host's "no more streams" (docs/protocol.md §8). */
const TOO_MANY_STREAMS = -32002;

export interface ManagementOptions extends RequestOptions {
  /** Who asks. A stock host hands it to its agent, which wants to know. Default: this SDK. */
  readonly clientInfo?: { readonly name: string; readonly title: string | null; readonly version: string };
  readonly clock?: Clock;
}

/** A stream to a Holdfast host itself, without an agent. Every call is @throws RpcError, ControllerError */
export interface HostManagement {
  readonly version: string;
  /** What this controller may call. */
  readonly methods: readonly string[];
  readonly closed: Promise<StreamEnd>;
  status(): Promise<HostStatus>;
  shortStatus(): Promise<StatusReadResult>;
  /** What happened to the host's token and link lately, the oldest first. */
  history(): Promise<readonly LeaseHistoryEntry[]>;
  /** Any other method of `methods`. */
  request(method: string, params?: unknown, options?: RequestOptions): Promise<unknown>;
  /** Calls `listener` with each new status, at most four a second. Returns what ends that. */
  onStatus(listener: (status: HostStatus) => void): () => void;
  /** Calls `listener` as something happens to the token or the link. Returns what ends that. */
  onLeaseEvent(listener: (entry: LeaseHistoryEntry) => void): () => void;
  close(): Promise<void>;
}

/**
 * Opens a stream on which the host itself answers (docs/protocol.md §8).
 *
 * @param options.timeoutMs default: 15 s
 * @throws ControllerError `ERR_CONTROLLER_NOT_HOLDFAST` when the host is another one than Holdfast's, or too old for this; there is nothing
 * to show then. RpcError when it has too many such streams open.
 */
export async function openManagement(
  controller: Controller,
  environmentId: string,
  { clientInfo, clock, ...options }: ManagementOptions = {},
): Promise<HostManagement> {
  const client = rpc(controller.openStream(environmentId), clock === undefined ? {} : { clock });
  const params = {
    clientInfo: clientInfo ?? { name: 'holdfast-controller', title: null, version: '1' },
    capabilities: { experimentalApi: false, requestAttestation: false, holdfast: { management: true } },
  };
  let welcome: ManagementWelcome['holdfast'];
  try {
    const answer = await client.request('initialize', params, { timeoutMs: WELCOME_TIMEOUT_MS, ...options });
    welcome = readAnswer(ManagementWelcome, answer, 'initialize').holdfast;
  } catch (error) {
    void client.stream.close(); // an agent may run behind it
    throw explain(error);
  }
  const ask = async <T>(schema: Schema<T>, method: string) => readAnswer(schema, await client.request(method), method);
  const follow = <T>(schema: Schema<T>, name: string, listener: (value: T) => void) =>
    client.onNotification((method, params) => {
      const value = method === name ? readNews(schema, params) : null;
      if (value !== null) listener(value);
    });
  return {
    ...welcome,
    closed: client.closed,
    status: () => ask(HostStatus, 'holdfast/status'),
    shortStatus: () => ask(StatusReadResult, 'remoteControl/status/read'),
    history: async () => (await ask(LeaseHistory, 'holdfast/lease/history')).events,
    request: (method, value, options) => client.request(method, value, options),
    onStatus: (listener) => follow(HostStatus, 'holdfast/status/changed', listener),
    onLeaseEvent: (listener) => follow(LeaseHistoryEntry, 'holdfast/lease/event', listener),
    close: () => client.stream.close(),
  };
}

type Schema<T> = Parameters<typeof parseBody<T>>[0];

/** @throws ControllerError `ERR_CONTROLLER_MALFORMED` */
function readAnswer<T>(schema: Schema<T>, value: unknown, method: string): T {
  try {
    return parseBody(schema, value, `the host's ${method}`);
  } catch (cause) {
    throw new ControllerError('ERR_CONTROLLER_MALFORMED', asControllerError(cause).message, { cause });
  }
}

/** Null for what a newer host says in words that this cannot read: it can be asked for. */
function readNews<T>(schema: Schema<T>, params: unknown): T | null {
  try {
    return parseBody(schema, params, 'a notification');
  } catch {
    return null;
  }
}

/** Whatever answered that is not a welcome is an agent, or a host before this was there. */
function explain(error: unknown): unknown {
  const isOther =
    (error instanceof RpcError && error.code !== TOO_MANY_STREAMS) ||
    (error instanceof ControllerError && error.code === 'ERR_CONTROLLER_MALFORMED');
  if (!isOther) return error;
  return new ControllerError(
    'ERR_CONTROLLER_NOT_HOLDFAST',
    'This machine is not run by a Holdfast host that tells of itself: it is another one, or too old. Its agent can be used as ever.',
    { cause: error },
  );
}
