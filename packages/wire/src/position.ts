/** Where a frame stands in its stream: all segments of a message share its seq_id (docs/protocol.md §3). */
export interface Position {
  readonly seq: number;
  readonly segment: number;
}

/** Before the first frame, which has seq_id 1, and 0 with some controllers. */
export const START: Position = { seq: -1, segment: 0 };

/** An ack without a segment covers all of the message. */
export const WHOLE = Number.MAX_SAFE_INTEGER;

export function positionOf(
  envelope: { readonly seq_id: number; readonly segment_id?: number },
  otherwise = 0,
): Position {
  return { seq: envelope.seq_id, segment: envelope.segment_id ?? otherwise };
}

/** Whether `a` comes after `b`. */
export function isAfter(a: Position, b: Position): boolean {
  return a.seq > b.seq || (a.seq === b.seq && a.segment > b.segment);
}
