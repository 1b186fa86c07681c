import { isAfter, type Position } from '@holdfast/wire';
import { ackFrame, addressOf } from '../frames.ts';
import type { Mailbox } from '../mailbox.ts';
import type { Ports } from '../ports.ts';
import type { Stream, Streams } from '../streams.ts';
import type { Flight, Flights } from './flights.ts';
import type { HostFrame } from './host-frame.ts';

export interface DirectOptions {
  readonly streams: Streams;
  readonly ports: Ports;
  readonly mailbox: Mailbox;
  readonly flights: Flights;
}

/**
 * The way from a host to a controller that is there, has come as far as its host, and acks end to end: through memory, and never to disk.
 * The host has its ack when the controller has given one. Whatever does not fit takes the way by the mailbox.
 */
export class Direct {
  readonly #options: DirectOptions;

  constructor(options: DirectOptions) {
    this.#options = options;
  }

  /** Whether the frame is on its way. */
  forward(serverId: string, frame: HostFrame): boolean {
    const { streams, ports, flights } = this.#options;
    if (frame.type === 'pong') return false;
    const stream = streams.find(serverId, frame.client_id, frame.stream_id);
    // The first frame of a stream goes to disk: that the host has spoken must outlast this process.
    if (stream === undefined || stream.state !== 'open' || !stream.spoken) return false;
    const port = ports.get(stream.dest);
    if (port === undefined || !port.takesDirect) return false;
    const flight = flights.find(stream) ?? this.#begin(stream);
    if (flight.isBehind) return false;
    if (!isAfter(frame.end, flight.last)) return isAfter(frame.end, stream.down); // in flight already, and acked with the first
    if (!flights.push(flight, frame)) return false;
    port.forward(frame.content);
    return true;
  }

  /** Whether the ack of a controller is dealt with; false where mail on disk is to be deleted for it. */
  acked(stream: Stream, upTo: Position): boolean {
    const { ports, mailbox } = this.#options;
    if (mailbox.waiting(stream.dest, stream.id).frames > 0) return false;
    const released = this.release(stream, upTo);
    if (released !== null) ports.get(stream.serverId)?.send(ackFrame(addressOf(stream), released));
    return true;
  }

  /** A controller has everything up to there. Gives how far its host may be acked for that; null for no further. */
  release(stream: Stream, upTo: Position): Position | null {
    const { flights, streams } = this.#options;
    if (stream.state !== 'open') return null;
    const released = flights.release(stream, upTo);
    // Also beyond what this process has seen: it may have been killed after the controller took it.
    if (isAfter(upTo, stream.down)) streams.change(stream, { down: upTo });
    return released;
  }

  /** Something of the stream has become mail: nothing flies until its controller has acked that. */
  fallBehind(stream: Stream, upTo: Position): void {
    this.#options.flights.find(stream)?.fallBehind(upTo);
  }

  #begin(stream: Stream): Flight {
    const { flights, mailbox } = this.#options;
    const waits = mailbox.waiting(stream.dest, stream.id).frames > 0;
    return flights.begin(stream, waits ? stream.down : null);
  }
}
