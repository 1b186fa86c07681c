import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonRpc } from './authority/injected-stream.ts';
import { stockCodexPath } from './codex/binary.ts';
import { ControlClient } from './codex/control-client.ts';
import type { UntilOptions } from './happenings.ts';
import { Leashed } from './process/leashed.ts';

export interface StockCodexOptions {
  /** Its `CODEX_HOME`, written before. Short: the control socket's path, 43 characters more, has to stay under 100 bytes. */
  readonly home: string;
  /** Added to an environment of `PATH`, `HOME` (= home) and `CODEX_HOME`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Of the control socket, which codex opens with `--listen unix://`, under its home. */
const CONTROL_SOCKET = join('app-server-control', 'app-server-control.sock');
const MAX_SOCKET_PATH_BYTES = 100;
const START_TIMEOUT_MS = 20_000;
const RETRY_MS = 25;

/** A running stock `codex app-server --remote-control`, with a client on its control socket. */
export class StockCodex {
  readonly #process: Leashed;
  readonly #control: ControlClient;

  constructor(process: Leashed, control: ControlClient) {
    this.#process = process;
    this.#control = control;
  }

  /** The result of a request over the control socket, such as `remoteControl/pairing/start`; rejects with an `RpcError`. */
  rpc(method: string, params: unknown = {}): Promise<unknown> {
    return this.#control.request(method, params);
  }

  waitForNotification(wanted: (message: JsonRpc) => boolean, options?: UntilOptions): Promise<JsonRpc> {
    return this.#control.waitForNotification(wanted, options);
  }

  /** What it wrote to stderr so far. */
  stderr(): string {
    return this.#process.stderr();
  }

  /** Signals its whole process group, such as SIGKILL for a crash. */
  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it and everything that it started. */
  async stop(): Promise<void> {
    this.#control.close();
    await this.#process.stop();
  }
}

/**
 * Starts the stock codex with this home and waits until its control socket answers. Whether it reaches its relay is another matter:
 * `remoteControl/status/read` tells. Rejects, with its stderr, when it exits or takes over 20 s.
 */
export async function startStockCodex({ home, env = {} }: StockCodexOptions): Promise<StockCodex> {
  const socketPath = join(home, CONTROL_SOCKET);
  if (Buffer.byteLength(socketPath) >= MAX_SOCKET_PATH_BYTES) {
    throw new Error(`${socketPath} is too long for a unix socket; choose a home with a shorter path.`);
  }
  const executable = await stockCodexPath();
  await mkdir(home, { recursive: true });
  const { PATH } = process.env;
  const codex = new Leashed(executable, ['app-server', '--remote-control', '--listen', 'unix://'], {
    env: { PATH, HOME: home, CODEX_HOME: home, NO_COLOR: '1', ...env },
    cwd: home,
  });
  try {
    return new StockCodex(codex, await connected(codex, socketPath));
  } catch (error) {
    await codex.stop();
    throw error;
  }
}

/** It says nothing when it is ready, so the socket is tried until it answers. */
async function connected(codex: Leashed, socketPath: string): Promise<ControlClient> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await ControlClient.connect(socketPath);
    } catch (cause) {
      if (codex.exitCode !== undefined) {
        throw new Error(`codex exited with ${codex.exitCode}. Its stderr: ${codex.stderr()}`, { cause });
      }
      if (performance.now() > deadline) {
        const waited = `${START_TIMEOUT_MS} ms`;
        throw new Error(`codex did not open its control socket within ${waited}. Its stderr: ${codex.stderr()}`, {
          cause,
        });
      }
      await sleep(RETRY_MS);
    }
  }
}
