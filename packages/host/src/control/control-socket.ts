import { join } from 'node:path';
import { LocalSocketServer } from '@holdfast/local-socket';
import type { Logger } from 'pino';
import type { Host } from '../host.ts';
import { controlMethods, shortStatus } from './methods.ts';
import { CONTROL_SOCKET } from './place.ts';

/**
 * The host's control socket, `control.sock` in its data folder, for its user alone. Everybody connected is told of changes by
 * `remoteControl/status/changed`, and by `holdfast/status/changed`, which says more.
 */
export class ControlSocket {
  readonly #host: Host;
  readonly #server: LocalSocketServer;
  readonly #unwatch: () => void;
  #told = '';

  private constructor(host: Host, server: LocalSocketServer) {
    this.#host = host;
    this.#server = server;
    this.#unwatch = host.watch(() => this.#tell());
  }

  /** @throws LocalSocketError that says why it cannot listen there */
  static async open(host: Host, logger: Logger): Promise<ControlSocket> {
    const methods = controlMethods(host);
    const server = await LocalSocketServer.open({
      path: join(host.dir, CONTROL_SOCKET),
      what: 'the control socket',
      call: (method, params) => methods.call(method, params),
      onFault: (message, cause) => logger.error({ err: cause }, message),
    });
    return new ControlSocket(host, server);
  }

  get path(): string {
    return this.#server.path;
  }

  async close(): Promise<void> {
    this.#unwatch();
    await this.#server.close();
  }

  #tell(): void {
    if (this.#server.connections === 0) return;
    const short = shortStatus(this.#host);
    const news = JSON.stringify(short);
    if (news !== this.#told) this.#server.notify('remoteControl/status/changed', short);
    this.#told = news;
    this.#server.notify('holdfast/status/changed', this.#host.status());
  }
}
