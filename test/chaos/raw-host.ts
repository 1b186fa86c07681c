import { randomUUID } from 'node:crypto';
import type { Seeded } from '@holdfast/testkit';
import {
  Assembler,
  encodeEnvelope,
  headers,
  parseToHost,
  paths,
  positionOf,
  socketEndpoint,
  type ToHost,
  WHOLE,
} from '@holdfast/wire';
import { CountingAgent } from './counting-agent.ts';
import type { Account } from './host-process.ts';
import type { AgentLife, Ledger } from './ledger.ts';
import { type Json, post } from './post.ts';
import { RawLink } from './raw-link.ts';
import { RawSender } from './raw-sender.ts';

interface HostStream {
  readonly sender: RawSender;
  agent: CountingAgent;
  life: AgentLife | null;
  lastSeq: number;
  open: boolean;
}

export interface RawHostOptions {
  readonly name: string;
  readonly relay: () => string;
  readonly account: Account;
  readonly ledger: Ledger;
  readonly random: Seeded;
}

/** A host as another program might be one: it speaks the wire and nothing but, and is clumsy about it. */
export class RawHost {
  readonly name: string;
  readonly #options: RawHostOptions;
  readonly #accountHeaders: Record<string, string>;
  readonly #installationId = randomUUID();
  readonly #streams = new Map<string, HostStream>();
  #assembler = new Assembler();
  #grant: Json = {};
  #cursor: string | undefined;
  #number = 1;
  #link: RawLink | null = null;

  constructor(options: RawHostOptions) {
    this.name = options.name;
    this.#options = options;
    const { accountId, accountToken } = options.account;
    this.#accountHeaders = { authorization: `Bearer ${accountToken}`, [headers.accountId]: accountId };
  }

  async start(): Promise<void> {
    await this.#enroll();
    this.#link = new RawLink({
      handshake: async () => ({
        url: socketEndpoint(this.#options.relay(), paths.serverSocket),
        headers: {
          authorization: `Bearer ${String(this.#grant['remote_control_token'])}`,
          [headers.serverId]: String(this.#grant['server_id']),
          [headers.serverName]: Buffer.from(this.name).toString('base64'),
          [headers.protocolVersion]: '3',
          [headers.installationId]: this.#installationId,
          ...(this.#cursor === undefined ? {} : { [headers.subscribeCursor]: this.#cursor }),
        },
      }),
      welcome: async () => true,
      onUp: () => {
        for (const { sender } of this.#streams.values()) sender.resend();
      },
      onFrame: (frame) => {
        if (typeof frame['cursor'] === 'string') this.#cursor = frame['cursor'];
        this.#take(parseToHost(JSON.stringify(frame)));
      },
      onRefused: async (status) => {
        if (status === 401) await this.#enroll();
      },
    });
  }

  async pair(): Promise<{ pairingCode: string; environmentId: string }> {
    const authorization = `Bearer ${String(this.#grant['remote_control_token'])}`;
    const { body } = await post(this.#options.relay(), paths.serverPair, { manual_code: false }, { authorization });
    return { pairingCode: String(body['pairing_code']), environmentId: String(body['environment_id']) };
  }

  /** As if its process was started anew: it knows neither streams nor cursor. */
  restart(): void {
    this.#number += 1;
    this.#streams.clear();
    this.#assembler = new Assembler();
    this.#cursor = undefined;
    this.#link?.cut();
    this.#options.ledger.restarted(this.name);
  }

  supersede(): void {
    this.#link?.supersede();
  }

  /** Speaks where nobody listens. It has to be acked all the same: a stock host waits for that, and then speaks to nobody. */
  speakIntoTheVoid(): void {
    const id = `nobody-${this.#options.random.between(1, 3)}`;
    this.#open(JSON.stringify([id, id]), id, id).sender.message('{"method":"void"}');
  }

  /** Frames said into the void and not acked. */
  get unackedVoid(): number {
    const all = [...this.#streams].filter(([key]) => key.startsWith('["nobody-'));
    return all.reduce((sum, [, { sender }]) => sum + sender.unacked, 0);
  }

  close(): void {
    this.#link?.close();
  }

  async #enroll(): Promise<void> {
    const body = {
      name: this.name,
      os: 'linux',
      arch: 'x64',
      app_server_version: '1',
      installation_id: this.#installationId,
    };
    const answer = await post(this.#options.relay(), paths.serverEnroll, body, this.#accountHeaders);
    if (answer.status === 200) this.#grant = answer.body;
  }

  #take(envelope: ToHost): void {
    const { client_id, stream_id = '', seq_id = 0 } = envelope;
    const key = JSON.stringify([client_id, stream_id]);
    const stream = this.#streams.get(key);
    switch (envelope.type) {
      case 'ack':
        stream?.sender.ack(positionOf({ ...envelope, seq_id }, WHOLE));
        break;
      case 'client_closed':
        this.#assembler.forget(client_id, stream_id);
        if (stream !== undefined) stream.open = false;
        break;
      case 'ping':
        (stream ?? this.#open(key, client_id, stream_id)).sender.signal();
        break;
      case 'client_message':
        this.#hear(key, client_id, stream_id, seq_id, envelope.message);
        break;
      case 'client_message_chunk': {
        if (stream !== undefined && seq_id <= stream.lastSeq) break;
        const assembled = this.#assembler.take(client_id, stream_id, seq_id, envelope);
        if (assembled.kind === 'complete') this.#hear(key, client_id, stream_id, seq_id, assembled.message);
        break;
      }
    }
  }

  #hear(key: string, clientId: string, streamId: string, seq: number, message: string): void {
    const begins = message.includes('"method":"initialize"');
    const known = this.#streams.get(key);
    if (begins && (known === undefined || seq > known.lastSeq)) {
      const stream = known ?? this.#open(key, clientId, streamId);
      stream.agent = new CountingAgent();
      stream.life = null;
      stream.open = true;
    }
    const stream = this.#streams.get(key);
    if (stream === undefined || !stream.open || seq <= stream.lastSeq) return;
    stream.lastSeq = seq;
    const { ledger } = this.#options;
    const replies = stream.agent.hear(message, {
      heard: (work) => {
        if (stream.life === null) {
          stream.life = { stream: work.stream, host: `${this.name}#${this.#number}`, heard: [], said: 0, saidChars: 0 };
          ledger.lives.push(stream.life);
        }
        stream.life.heard.push(work.n);
      },
      said: (_, text) => {
        if (stream.life === null) return;
        stream.life.said += 1;
        stream.life.saidChars += text.length;
      },
    });
    for (const reply of replies) stream.sender.message(reply);
  }

  #open(key: string, client_id: string, stream_id: string): HostStream {
    const known = this.#streams.get(key);
    if (known !== undefined) return known;
    const address = { client_id, stream_id };
    const stream: HostStream = {
      agent: new CountingAgent(),
      life: null,
      lastSeq: -1,
      open: false,
      sender: new RawSender({
        random: this.#options.random.fork(stream_id),
        encode: (seq_id, content) => {
          if (content === null)
            return encodeEnvelope({
              type: 'pong',
              ...address,
              seq_id,
              status: this.#streams.get(key)?.open ? 'active' : 'unknown',
            });
          if ('message' in content) return encodeEnvelope({ type: 'server_message', ...address, seq_id, ...content });
          return encodeEnvelope({ type: 'server_message_chunk', ...address, seq_id, ...content });
        },
        transmit: (frame) => this.#link?.send(frame),
        onMischief: () => this.#options.ledger.count('frames sent again by raw peers, out of order'),
      }),
    };
    this.#streams.set(key, stream);
    return stream;
  }
}
