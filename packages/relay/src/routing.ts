import { encodeEnvelope, type FromController, isAfter, positionOf, WHOLE } from '@holdfast/wire';
import type { Devices } from './devices.ts';
import type { Effects } from './effects.ts';
import { addressOf, endPosition, ownPosition, partOf, pongUnknown } from './frames.ts';
import type { Mailbox } from './mailbox.ts';
import type { Direct } from './passing/direct.ts';
import { type HostFrame, wholeOf } from './passing/host-frame.ts';
import type { StreamLife } from './stream-life.ts';
import type { Stream, Streams } from './streams.ts';

export interface RoutingOptions {
  readonly devices: Devices;
  readonly streams: Streams;
  readonly mailbox: Mailbox;
  readonly life: StreamLife;
  readonly direct: Direct;
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
    const { streams, mailbox, devices, direct } = this.#options;
    const { client_id, env_id, stream_id } = envelope;
    const address = { client_id, env_id, stream_id };
    const serverId = devices.route(client_id, env_id);
    const stream = serverId === null ? undefined : streams.find(serverId, client_id, stream_id);
    if (serverId === null || (stream !== undefined && stream.dest !== dest)) {
      effects.remark(dest, pongUnknown(address)); // no host of this client, or a stream of another of its sessions
      return;
    }
    if (envelope.type === 'ack') {
      if (stream === undefined) return;
      const upTo = positionOf(envelope, WHOLE);
      mailbox.trimStream(stream.id, dest, upTo);
      const released = direct.release(stream, upTo);
      if (released !== null) effects.ack(serverId, addressOf(stream), released);
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

  fromHost(serverId: string, frame: HostFrame, effects: Effects): void {
    const { streams, devices, life, direct } = this.#options;
    const { client_id, stream_id, end } = frame;
    const address = { client_id, stream_id };
    const stream = streams.find(serverId, client_id, stream_id);
    // new mail would be overtaken
    const mayFly = stream !== undefined && !effects.mailed.has(stream.dest);
    if (mayFly && direct.forward(serverId, frame)) return;
    if (stream !== undefined && !isAfter(end, stream.down) && stream.state === 'open' && !frame.saysUnknown) {
      effects.ack(serverId, address, stream.down);
      return;
    }
    // Acks are cumulative, and so is the order of mail: what comes now comes after what is in flight.
    if (stream !== undefined) life.land(stream, effects);
    effects.ack(serverId, address, end);
    if (frame.saysUnknown) {
      if (stream !== undefined && devices.isPaired(client_id, serverId))
        effects.remark(stream.dest, wholeOf(frame.content));
      return;
    }
    // Acked although nobody gets it: a stock host that waits for 128 acks stops speaking to everybody.
    if (stream === undefined || stream.state !== 'open') return;
    if (!isAfter(end, stream.down)) return;
    streams.change(stream, { down: end, spoken: true });
    if (frame.type === 'pong') effects.remark(stream.dest, wholeOf(frame.content));
    else {
      life.post(stream, { dest: stream.dest, position: frame.position, frame: wholeOf(frame.content) }, effects);
      direct.fallBehind(stream, end);
    }
  }

  #pass(
    envelope: FromController,
    { dest, serverId, stream }: { dest: string; serverId: string; stream: Stream | undefined },
    effects: Effects,
  ): void {
    const { streams, life } = this.#options;
    const { client_id, env_id, stream_id } = envelope;
    const { env_id: _, cursor: __, ...rest } = envelope;
    const text = encodeEnvelope(rest);
    if (envelope.type === 'client_closed') {
      if (stream !== undefined) {
        life.close(stream, effects);
      }
      life.notify(serverId, text, effects);
      return;
    }
    const isPing = envelope.type === 'ping';
    if (stream?.state === 'reset' || (isPing && stream?.state !== 'open')) {
      effects.remark(dest, pongUnknown({ client_id, env_id, stream_id }));
      return;
    }
    if (isPing) {
      effects.remark(serverId, text);
      return;
    }
    const open = stream ?? life.open({ serverId, clientId: client_id, streamId: stream_id, dest }, effects);
    streams.change(open, { up: endPosition(envelope), state: 'open' });
    const frame = Buffer.from(text);
    life.postToHost(open, { position: ownPosition(envelope), frame }, partOf(envelope), effects);
  }
}
