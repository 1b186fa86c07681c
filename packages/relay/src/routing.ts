import { encodeEnvelope, type FromController, type FromHost, isAfter, positionOf, WHOLE } from '@holdfast/wire';
import type { Devices } from './devices.ts';
import type { Address, Effects } from './effects.ts';
import { endPosition, ownPosition, pongUnknown } from './frames.ts';
import type { Mailbox } from './mailbox.ts';
import type { StreamLife } from './stream-life.ts';
import type { Stream, Streams } from './streams.ts';

export interface RoutingOptions {
  readonly devices: Devices;
  readonly streams: Streams;
  readonly mailbox: Mailbox;
  readonly life: StreamLife;
}

/**
 * What becomes of one envelope (docs/protocol.md §7). Runs inside a transaction; what is to be said once that is durable goes into
 * the effects. It never looks inside a message.
 */
export class Routing {
  readonly #options: RoutingOptions;

  constructor(options: RoutingOptions) {
    this.#options = options;
  }

  fromController(envelope: FromController, effects: Effects): void {
    const { streams, mailbox, devices } = this.#options;
    const { client_id, env_id, stream_id } = envelope;
    const address = { client_id, env_id, stream_id };
    const serverId = devices.route(client_id, env_id);
    if (serverId === null) {
      effects.remark(client_id, pongUnknown(address));
      return;
    }
    const stream = streams.find(serverId, client_id, stream_id);
    if (envelope.type === 'ack') {
      if (stream !== undefined) mailbox.trimStream(stream.id, client_id, positionOf(envelope, WHOLE));
      return;
    }
    const position = endPosition(envelope);
    if (stream !== undefined && !isAfter(position, stream.up)) {
      effects.ack(client_id, address, stream.up); // it came before, and its ack was lost
      return;
    }
    effects.ack(client_id, address, position);
    if (stream !== undefined) streams.change(stream, { up: position });
    this.#pass(envelope, address, { serverId, stream }, effects);
  }

  fromHost(serverId: string, environmentId: string, envelope: FromHost, effects: Effects): void {
    const { streams, devices, life } = this.#options;
    const { client_id, stream_id } = envelope;
    const address = { client_id, stream_id };
    const position = endPosition(envelope);
    const { cursor: _, ...rest } = envelope;
    const frame = encodeEnvelope({ ...rest, env_id: environmentId });
    if (envelope.type === 'pong' && envelope.status === 'unknown') {
      effects.ack(serverId, address, position);
      if (devices.isPaired(client_id, serverId)) effects.remark(client_id, frame);
      return;
    }
    const stream = streams.find(serverId, client_id, stream_id);
    if (stream === undefined || stream.state !== 'open') {
      // Acked although nobody gets it: a stock host that waits for 128 acks stops speaking to everybody.
      effects.ack(serverId, address, position);
      return;
    }
    if (!isAfter(position, stream.down)) {
      effects.ack(serverId, address, stream.down);
      return;
    }
    effects.ack(serverId, address, position);
    streams.change(stream, { down: position, spoken: true });
    if (envelope.type === 'pong') effects.remark(client_id, frame);
    else life.post(stream, { dest: client_id, position: ownPosition(envelope), frame }, effects);
  }

  #pass(
    envelope: FromController,
    address: Address,
    { serverId, stream }: { serverId: string; stream: Stream | undefined },
    effects: Effects,
  ): void {
    const { streams, mailbox, life } = this.#options;
    const { client_id, stream_id } = envelope;
    const { env_id: _, cursor: __, ...rest } = envelope;
    const frame = encodeEnvelope(rest);
    if (envelope.type === 'ping') {
      if (stream === undefined || stream.state === 'open') effects.remark(serverId, frame);
      else effects.remark(client_id, pongUnknown(address));
      return;
    }
    if (envelope.type === 'client_closed') {
      if (stream !== undefined) {
        mailbox.drop(stream.id, client_id);
        life.close(stream);
      }
      life.notify(serverId, frame, effects);
      return;
    }
    if (stream?.state === 'reset') {
      effects.remark(client_id, pongUnknown(address));
      return;
    }
    const open = stream ?? life.open(serverId, client_id, stream_id, effects);
    streams.change(open, { up: endPosition(envelope), state: 'open' });
    life.post(open, { dest: serverId, position: ownPosition(envelope), frame }, effects);
  }
}
