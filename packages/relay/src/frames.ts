import { encodeEnvelope, type FromController, type FromHost, type Position, positionOf, WHOLE } from '@holdfast/wire';
import type { Address } from './effects.ts';
import type { Part } from './stream-life.ts';
import type { Stream } from './streams.ts';

/** Whether more of its message follows. */
export function partOf(envelope: FromController | FromHost): Part {
  if (!('segment_count' in envelope)) return 'whole';
  return envelope.segment_id < envelope.segment_count - 1 ? 'more follows' : 'last';
}

/** Where a stream stands once this envelope is taken: after the last segment of a message, the message is whole. */
export function endPosition(envelope: FromController | FromHost): Position {
  return partOf(envelope) === 'more follows' ? positionOf(envelope) : { seq: envelope.seq_id, segment: WHOLE };
}

/** Where the envelope itself stands, as an end-to-end ack will name it. */
export function ownPosition(envelope: FromController | FromHost): Position {
  return { seq: envelope.seq_id, segment: 'segment_id' in envelope ? (envelope.segment_id ?? 0) : 0 };
}

export function ackFrame(address: Address, { seq, segment }: Position): string {
  const part = segment === WHOLE ? {} : { segment_id: segment };
  return encodeEnvelope({ type: 'ack', ...address, seq_id: seq, ...part });
}

/** Of a stream, as its host knows it. */
export function addressOf({ clientId, streamId }: Stream): Address {
  return { client_id: clientId, stream_id: streamId };
}

/** Tells a controller that a stream is no more. seq_id 0: it has no place in the stream's order. */
export function pongUnknown(address: Address): string {
  return encodeEnvelope({ type: 'pong', ...address, seq_id: 0, status: 'unknown' });
}

/** Tells a host that a stream is no more. Without a seq_id, so that it is taken whatever came before. */
export function clientClosed({ clientId, streamId }: Stream): string {
  return encodeEnvelope({ type: 'client_closed', client_id: clientId, stream_id: streamId });
}
