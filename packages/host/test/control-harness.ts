import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { ControlSocket, type Host } from '../src/index.ts';
import { eventually, type LogCapture } from './harness.ts';

export interface Reply {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> };
}

/** A program on this machine that talks to the host. */
export class ControlPeer {
  readonly received: Reply[] = [];
  /** Every byte that came. */
  text = '';
  readonly #socket: Socket;
  #calls = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {});
    const lines = createInterface({ input: socket });
    lines.on('error', () => {}); // the socket's, told again
    lines.on('line', (line) => {
      this.text += `${line}\n`;
      this.received.push(JSON.parse(line) as Reply); // each line of a control socket is an object
    });
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  async call(method: string, params?: unknown): Promise<Reply> {
    this.#calls += 1;
    const id = this.#calls;
    this.write(`${JSON.stringify({ id, method, params })}\n`);
    return eventually(() => this.received.find((reply) => reply.id === id), `the answer to ${method}`);
  }
}

export async function controlOf(t: TestContext, { host, log }: { host: Host; log: LogCapture }) {
  const control = await ControlSocket.open(host, log.logger);
  t.after(() => control.close());
  return { control, peer: await connectControl(t, control.path) };
}

export async function connectControl(t: TestContext, path: string): Promise<ControlPeer> {
  const socket = createConnection(path);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return new ControlPeer(socket);
}
