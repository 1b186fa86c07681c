import { randomUUID } from 'node:crypto';
import type { Seeded } from '@holdfast/testkit';
import {
  Assembler,
  encodeEnvelope,
  isAfter,
  type Position,
  parseToController,
  positionOf,
  START,
  type ToController,
  WHOLE,
} from '@holdfast/wire';
import type { Ledger } from './ledger.ts';
import { RawDevice, type RawDeviceOptions } from './raw-device.ts';
import { type Frame, RawLink } from './raw-link.ts';
import { RawSender } from './raw-sender.ts';
import type { Talk, TalkEvents, Talker } from './talk.ts';

interface ClientStream {
  readonly address: { readonly client_id: string; readonly env_id: string; readonly stream_id: string };
  readonly events: TalkEvents;
  readonly sender: RawSender;
  last: Position;
  /** Called when everything sent is acked. */
  onDrained: () => void;
}

export interface RawTalkerOptions extends RawDeviceOptions {
  readonly name: string;
  readonly environments: ReadonlyMap<string, string>;
  /** `acks`: as Holdfast's own, by ticket, acking end to end. `cursor`: as others, by headers, never acking, with the cursor it has seen. */
  readonly kind: 'acks' | 'cursor';
  readonly ledger: Ledger;
  readonly random: Seeded;
}

/** A controller as another program might be one: it speaks the wire and nothing but, and is clumsy about it. */
export class RawTalker implements Talker {
  readonly name: string;
  readonly #options: RawTalkerOptions;
  readonly #streams = new Map<string, ClientStream>();
  #assembler = new Assembler();
  #session = randomUUID();
  #cursor: string | undefined;
  readonly #link: RawLink;

  constructor(options: RawTalkerOptions) {
    this.name = options.name;
    this.#options = options;
    const device = new RawDevice(options);
    this.#link = new RawLink({
      handshake: () => (options.kind === 'acks' ? device.byTicket(this.#session) : device.byHeaders(this.#cursor)),
      welcome: (socket, first) => device.prove(socket, first),
      onUp: () => {
        for (const { sender } of this.#streams.values()) sender.resend();
      },
      onFrame: (frame) => this.#onFrame(frame),
      onRefused: async (status) => {
        if (status === 401 || status === 403) device.forgetToken();
      },
    });
  }

  get hosts(): readonly string[] {
    return [...this.#options.environments.keys()];
  }

  open(host: string, events: TalkEvents): Talk {
    const address = {
      client_id: this.#options.clientId,
      env_id: this.#options.environments.get(host) ?? '',
      stream_id: randomUUID(),
    };
    const stream: ClientStream = {
      address,
      events,
      last: START,
      onDrained: () => {},
      sender: new RawSender({
        random: this.#options.random.fork(`${this.#streams.size} of ${host}`),
        encode: (seq_id, content) => {
          if (content === null) return encodeEnvelope({ type: 'client_closed', ...address, seq_id });
          if ('message' in content) return encodeEnvelope({ type: 'client_message', ...address, seq_id, ...content });
          return encodeEnvelope({ type: 'client_message_chunk', ...address, seq_id, ...content });
        },
        transmit: (frame) => this.#link.send(frame),
        onMischief: () => this.#options.ledger.count('frames sent again by raw peers, out of order'),
      }),
    };
    this.#streams.set(address.stream_id, stream);
    return {
      send: (message) => {
        if (!this.#streams.has(address.stream_id)) return false;
        stream.sender.message(message);
        return true;
      },
      close: () => this.#close(stream),
    };
  }

  vanish(): void {
    this.#streams.clear();
    this.#assembler = new Assembler();
    this.#session = randomUUID();
    this.#cursor = undefined;
    this.#link.cut();
  }

  supersede(): void {
    this.#link.supersede();
  }

  /** Speaks on a stream that was never opened, and to an environment that is not there: both have to be told so, and nobody else. */
  speakIntoTheVoid(): void {
    const { clientId: client_id, environments, random } = this.#options;
    const known = random.pick([...environments.values()]);
    const stream_id = `void-${randomUUID()}`;
    this.#link.send(encodeEnvelope({ type: 'ping', client_id, env_id: known, stream_id, seq_id: 1 }));
    this.#link.send(encodeEnvelope({ type: 'ack', client_id, env_id: known, stream_id, seq_id: 7 }));
    this.#link.send(
      encodeEnvelope({
        type: 'client_message',
        client_id,
        env_id: 'env_nowhere',
        stream_id,
        seq_id: 1,
        message: '{"method":"initialize","id":1}',
      }),
    );
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  #close(stream: ClientStream): Promise<void> {
    if (!this.#streams.has(stream.address.stream_id)) return Promise.resolve();
    stream.sender.signal();
    return new Promise((resolve) => {
      stream.onDrained = () => {
        this.#streams.delete(stream.address.stream_id);
        resolve();
      };
    });
  }

  #onFrame(frame: Frame): void {
    if (frame.type === 'device_key_challenge') return;
    if (typeof frame['cursor'] === 'string') this.#cursor = frame['cursor'];
    const envelope = parseToController(JSON.stringify(frame));
    if (envelope.type === 'pong' && envelope.status === 'unknown' && envelope.stream_id.startsWith('void-'))
      this.#options.ledger.count('unknown streams answered');
    const stream = this.#streams.get(envelope.stream_id);
    if (stream !== undefined) this.#take(stream, envelope);
  }

  #take(stream: ClientStream, envelope: ToController): void {
    const { events, sender, address } = stream;
    if (envelope.type === 'ack') {
      sender.ack(positionOf(envelope, WHOLE));
      if (sender.unacked === 0) stream.onDrained();
      return;
    }
    if (envelope.type === 'pong' && envelope.status === 'unknown') {
      this.#streams.delete(address.stream_id);
      events.onGone();
      stream.onDrained();
      return;
    }
    const position = positionOf(envelope.type === 'server_message_chunk' ? envelope : { seq_id: envelope.seq_id });
    if (isAfter(position, stream.last)) {
      stream.last = position;
      if (envelope.type === 'server_message') events.onMessage(envelope.message);
      if (envelope.type === 'server_message_chunk') {
        const assembled = this.#assembler.take(address.stream_id, address.stream_id, envelope.seq_id, envelope);
        if (assembled.kind === 'complete') events.onMessage(assembled.message);
        if (assembled.kind === 'dropped') events.onBroken(`a segmented message came broken: ${assembled.why}`);
      }
    }
    if (this.#options.kind === 'acks') {
      const { seq: seq_id, segment: segment_id } = stream.last;
      this.#link.send(encodeEnvelope({ type: 'ack', ...address, seq_id, segment_id }));
    }
  }
}
