import { WebSocket } from 'ws';
import type { JsonRpc } from '../authority/injected-stream.ts';
import { Happenings, type UntilOptions } from '../happenings.ts';

/** A request that the other side answered with an error. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: unknown;
  readonly data: unknown;

  constructor(method: string, error: unknown) {
    const field = (name: string) =>
      typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
    super(`${method} was refused: ${field('message')}`);
    this.code = field('code');
    this.data = field('data');
  }
}

/** How long a request may take before it fails, in milliseconds; codex itself gives a relay 30 s. */
const REQUEST_TIMEOUT_MS = 40_000;

/** A client of codex's control socket: JSON-RPC in text frames of a websocket over a unix socket. */
export class ControlClient {
  /** Notifications received, in order. */
  readonly notifications: JsonRpc[] = [];
  readonly #socket: WebSocket;
  readonly #responses = new Map<number, JsonRpc>();
  readonly #happenings = new Happenings(
    () => this.notifications.map((message) => String(message.method)).join(', ') || 'no notification',
  );
  #requests = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      // Codex writes objects only; a field that is missing shows where it is used.
      const message = JSON.parse(String(data)) as JsonRpc;
      if (typeof message.id === 'number' && message.method === undefined) this.#responses.set(message.id, message);
      else this.notifications.push(message);
      this.#happenings.notify();
    });
    socket.on('close', () => this.#happenings.notify());
  }

  /** Connects and introduces itself, with the experimental methods switched on. Rejects when nobody listens there. */
  static async connect(socketPath: string): Promise<ControlClient> {
    const socket = new WebSocket(`ws+unix:${socketPath}:/`, { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.on('error', reject);
    });
    const client = new ControlClient(socket);
    const clientInfo = { name: 'holdfast-testkit', title: 'Holdfast test kit', version: '0' };
    await client.request('initialize', { clientInfo, capabilities: { experimentalApi: true } });
    socket.send(JSON.stringify({ method: 'initialized' }));
    return client;
  }

  /** The result of a request; rejects with an {@link RpcError}, when the socket closes, and after 40 s. */
  async request(method: string, params: unknown = {}): Promise<unknown> {
    this.#requests += 1;
    const id = this.#requests;
    this.#socket.send(JSON.stringify({ id, method, params }));
    const response = await this.#happenings.until(
      () => {
        if (this.#socket.readyState !== WebSocket.OPEN) throw new Error(`The control socket closed during ${method}.`);
        return this.#responses.get(id);
      },
      { what: `the answer to ${method}`, timeoutMs: REQUEST_TIMEOUT_MS },
    );
    this.#responses.delete(id);
    if (response.error !== undefined) throw new RpcError(method, response.error);
    return response.result;
  }

  /** Waits for a notification, one that came already included. */
  waitForNotification(wanted: (message: JsonRpc) => boolean, options?: UntilOptions): Promise<JsonRpc> {
    return this.#happenings.until(() => this.notifications.find(wanted), { what: 'a notification', ...options });
  }

  close(): void {
    this.#socket.terminate();
  }
}
