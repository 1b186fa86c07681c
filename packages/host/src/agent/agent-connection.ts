import { connect } from 'node:net';
import type { Clock } from '@holdfast/lease';
import { limits, type RawMessage } from '@holdfast/wire';
import { type RawData, WebSocket } from 'ws';
import { Heartbeat } from '../link/heartbeat.ts';
import type { Agent, AgentAddress, AgentEvents } from './agent.ts';
import { nameOfAddress } from './agent-address.ts';

/** An agent that runs already is nearby: it answers a handshake within this, and a goodbye, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;

/** One stream's own connection to an agent that others share: a websocket, one message a text frame, as `codex app-server --listen` speaks it. */
export class AgentConnection implements Agent {
  readonly name: string;
  readonly ended: Promise<void>;
  /** It is not ours, and may be another machine's. */
  readonly stderr = '';
  readonly #events: AgentEvents;
  readonly #clock: Clock;
  readonly #socket: WebSocket;
  /** What was written before the connection was there; null since. */
  #early: RawMessage[] | null = [];
  #earlyBytes = 0;
  #heartbeat: Heartbeat | null = null;
  #isPaused = false;
  #isStopping = false;
  #why: string | null = null;

  constructor(address: AgentAddress, clock: Clock, events: AgentEvents) {
    this.name = nameOfAddress(address);
    this.#events = events;
    this.#clock = clock;
    this.#socket = open(address.url);
    this.ended = new Promise((resolve) => this.#socket.on('close', () => resolve()));
    this.#listen();
  }

  get unreadBytes(): number {
    return this.#earlyBytes + this.#socket.bufferedAmount;
  }

  write(message: RawMessage): void {
    if (this.#isStopping) return;
    if (this.#early === null) {
      this.#socket.send(message, () => {}); // what fails closes the connection
      return;
    }
    this.#early.push(message);
    this.#earlyBytes += Buffer.byteLength(message);
  }

  pause(): void {
    this.#isPaused = true;
    this.#watch();
  }

  resume(): void {
    this.#isPaused = false;
    this.#watch();
  }

  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#heartbeat?.stop();
    this.#socket.resume(); // the goodbye has to be read
    this.#socket.close(1000);
    const timer = this.#clock.setTimer(CLOSE_TIMEOUT_MS, () => this.#socket.terminate());
    this.#socket.on('close', () => timer.cancel());
  }

  kill(): void {
    this.stop();
    this.#socket.terminate();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('open', () => {
      for (const message of this.#early ?? []) socket.send(message, () => {});
      this.#early = null;
      this.#earlyBytes = 0;
      this.#watch();
    });
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (this.#isStopping) return;
      if (isBinary) this.#events.onWarning(`${this.name} sent a binary frame; it was dropped`);
      else this.#events.onMessage(data.toString());
    });
    socket.on('pong', () => this.#heartbeat?.pong());
    socket.on('error', (error) => {
      const what = this.#early === null ? `the connection to ${this.name} failed` : `${this.name} cannot be reached`;
      this.#why ??= `${what}: ${describe(error)}`;
    });
    socket.on('close', (code, reason) => {
      this.#heartbeat?.stop();
      if (this.#isStopping) return;
      this.#isStopping = true;
      this.#events.onEnd(this.#why ?? this.#describeClose(code, String(reason)));
    });
  }

  /** Nobody can be missed whose answers are not read. */
  #watch(): void {
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    const socket = this.#socket;
    if (this.#isStopping || socket.readyState !== socket.OPEN) return;
    if (this.#isPaused) {
      socket.pause();
      return;
    }
    socket.resume();
    this.#heartbeat = new Heartbeat(this.#clock, {
      onBeat: () => {
        if (socket.readyState === socket.OPEN) socket.ping();
      },
      onLost: (silenceMs) => {
        this.#why ??= `${this.name} did not answer for ${silenceMs / 1000} s`;
        socket.terminate();
      },
    });
  }

  #describeClose(code: number, reason: string): string {
    const said = reason.replace(/\p{Cc}+/gu, ' ');
    if (code === 1006) return `the connection to ${this.name} broke off`;
    return `${this.name} closed the connection with ${code}${said === '' ? '' : `: ${said}`}`;
  }
}

function open(url: string): WebSocket {
  const path = /^unix:\/\/(.*)$/s.exec(url)?.[1];
  return new WebSocket(path === undefined ? url : 'ws://localhost/', {
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    // typed as all that `net.connect` can be called with, of which a websocket uses one form
    ...(path === undefined ? {} : { createConnection: (() => connect(path)) as typeof connect }),
  });
}

function describe(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ECONNREFUSED') return 'nobody listens there; start the agent first';
  if (code === 'ENOENT') return 'there is no such socket; start the agent first';
  if (code === 'EACCES') return 'this user may not open that socket';
  return error.message;
}
