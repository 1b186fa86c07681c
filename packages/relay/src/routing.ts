import { encodeEnvelope, type FromController, type FromHost, isAfter, positionOf, WHOLE } from '@holdfast/wire';
import type { Devices } from './devices.ts';
import type { Effects } from './effects.ts';
import { endPosition, ownPosition, partOf, pongUnknown } from './frames.ts';
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

  /** @param dest whom it came from, and who gets the answers */
  fromController(dest: string, envelope: FromController, effects: Effects): void {
    const { streams, mailbox, devices } = this.#options;
    const { client_id, env_id, stream_id } = envelope;
    const address = { client_id, env_id, stream_id };
    const serverId = devices.route(client_id, env_id);
    const stream = serverId === null ? undefined : streams.find(serverId, client_id, stream_id);
    if (serverId === null || (stream !== undefined && stream.dest !== dest)) {
      effects.remark(dest, pongUnknown(address)); // no host of this client, or a stream of another of its sessions
      return;
    }
    if (envelope.type === 'ack') {
      if (stream !== undefined) mailbox.trimStream(stream.id, dest, positionOf(envelope, WHOLE));
      return;
    }
    const position = endPosition(envelope);
    if (stream !== undefined && !isAfter(position, stream.up)) {
      effects.ack(dest, address, stream.up); // it came before, and its ack was lost
      return;
    }
    effects.ack(dest, address, position);
    if (stream !== undefined) streams.change(stream, { up: position });
    this.#pass(envelope, { dest, serverId, stream }, effects);
  }

  fromHost(serverId: string, environmentId: string, envelope: FromHost, effects: Effects): void {
    const { streams, devices, life } = this.#options;
    const { client_id, stream_id } = envelope;
    const address = { client_id, stream_id };
    const position = endPosition(envelope);
    const { cursor: _, ...rest } = envelope;
    const frame = encodeEnvelope({ ...rest, env_id: environmentId });
    const stream = streams.find(serverId, client_id, stream_id);
    if (envelope.type === 'pong' && envelope.status === 'unknown') {
      effects.ack(serverId, address, position);
      if (stream !== undefined && devices.isPaired(client_id, serverId)) effects.remark(stream.dest, frame);
      return;
    }
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
    if (envelope.type === 'pong') effects.remark(stream.dest, frame);
    else life.post(stream, { dest: stream.dest, position: ownPosition(envelope), frame }, effects);
  }

  #pass(
    envelope: FromController,
    { dest, serverId, stream }: { dest: string; serverId: string; stream: Stream | undefined },
    effects: Effects,
  ): void {
    const { streams, mailbox, life } = this.#options;
    const { client_id, env_id, stream_id } = envelope;
    const { env_id: _, cursor: __, ...rest } = envelope;
    const frame = encodeEnvelope(rest);
    if (envelope.type === 'client_closed') {
      if (stream !== undefined) {
        mailbox.drop(stream.id, dest);
        life.close(stream);
      }
      life.notify(serverId, frame, effects);
      return;
    }
    const isPing = envelope.type === 'ping';
    if (stream?.state === 'reset' || (isPing && stream?.state !== 'open')) {
      effects.remark(dest, pongUnknown({ client_id, env_id, stream_id }));
      return;
    }
    if (isPing) {
      effects.remark(serverId, frame);
      return;
    }
    const open = stream ?? life.open({ serverId, clientId: client_id, streamId: stream_id, dest }, effects);
    streams.change(open, { up: endPosition(envelope), state: 'open' });
    life.postToHost(open, { position: ownPosition(envelope), frame }, partOf(envelope), effects);
  }
}
