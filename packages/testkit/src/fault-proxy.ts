import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { pipe } from './proxy/pipe.ts';
import { Weather } from './proxy/weather.ts';

/** A connection's end: a reset, or the orderly end of the TCP stream. */
export type Cut = 'reset' | 'end';

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** A TCP proxy on 127.0.0.1 that does to connections what networks do. */
export class FaultProxy {
  readonly #weather = new Weather();
  readonly #pairs = new Set<Pair>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ allowHalfOpen: true }, (client) => this.#onConnection(client));
  #targetPort: number;
  #port = 0;
  #cutting: NodeJS.Timeout | undefined;
  #cuts = 0;

  constructor(targetPort: number) {
    this.#targetPort = targetPort;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Connections that are up. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Connections cut so far. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Listens on the port it had before, or on any free one. */
  async accept(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** New connections are refused until `accept`; those that are up stay up. */
  refuse(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** New connections go there, such as a relay that came back on another port; those that are up stay where they are. */
  retarget(port: number): void {
    this.#targetPort = port;
  }

  cutAll(how: Cut = 'reset'): void {
    for (const { client, upstream } of this.#pairs) {
      this.#cuts += 1;
      for (const socket of [client, upstream]) {
        if (how === 'reset') socket.resetAndDestroy();
        else socket.destroy();
      }
    }
  }

  /** Cuts every connection again and again; 0 stops it. */
  cutEvery(intervalMs: number, how: Cut = 'reset'): void {
    clearInterval(this.#cutting);
    this.#cutting = intervalMs > 0 ? setInterval(() => this.cutAll(how), intervalMs).unref() : undefined;
  }

  /** Every byte comes so much later, in both directions. */
  setLatency(ms: number): void {
    this.#weather.latencyMs = ms;
  }

  /** Each direction of each connection carries so many bytes a second; undefined: no limit. */
  drip(bytesPerSecond: number | undefined): void {
    this.#weather.bytesPerSecond = bytesPerSecond;
  }

  /** No byte moves until `resume`; sockets stay open, new ones too, and nothing is lost. */
  stall(): void {
    this.#weather.stall();
  }

  resume(): void {
    this.#weather.resume();
  }

  /** The far side of every connection vanishes and the near side is not told: what is sent there is swallowed. */
  halfOpen(): void {
    for (const { client, upstream } of this.#pairs) {
      upstream.removeAllListeners('close');
      upstream.on('close', () => this.#sockets.delete(upstream));
      client.removeAllListeners('data');
      client.resume();
      upstream.resetAndDestroy();
    }
  }

  /** Ends every connection and every timer. */
  async close(): Promise<void> {
    clearInterval(this.#cutting);
    this.#weather.end();
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.refuse();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #onConnection(client: Socket): void {
    const upstream = connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair = { client, upstream };
    this.#pairs.add(pair);
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('close', () => this.#pairs.delete(pair));
    pipe(client, upstream, this.#weather);
    pipe(upstream, client, this.#weather);
  }
}

/** Starts a proxy in front of a port of 127.0.0.1. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const proxy = new FaultProxy(targetPort);
  await proxy.accept();
  return proxy;
}
