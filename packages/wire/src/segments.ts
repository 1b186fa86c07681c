import { fromBase64, toBase64 } from './base64.ts';
import type { RawMessage, Segment } from './envelope.ts';
import { WireError } from './errors.ts';
import { limits } from './limits.ts';

/**
 * The segments of a message whose envelope is over the limit (docs/protocol.md §3): max(2, ceil(size / 100 KiB)), alike in size.
 *
 * @throws WireError `ERR_WIRE_TOO_LARGE` where no number of segments would carry it.
 */
export function splitMessage(message: RawMessage): Segment[] {
  const bytes = new TextEncoder().encode(message);
  const count = Math.max(2, Math.ceil(bytes.length / limits.segmentBytes));
  if (count > limits.segmentCount || bytes.length > limits.messageBytes) {
    throw new WireError(
      'ERR_WIRE_TOO_LARGE',
      `a message of ${bytes.length} bytes is over the wire's limit of ${limits.messageBytes}`,
    );
  }
  const size = Math.ceil(bytes.length / count);
  return Array.from({ length: count }, (_, segment_id) => ({
    segment_id,
    segment_count: count,
    message_size_bytes: bytes.length,
    message_chunk_base64: toBase64(bytes.subarray(segment_id * size, (segment_id + 1) * size)),
  }));
}

export type Assembled =
  | { readonly kind: 'complete'; readonly message: RawMessage }
  | { readonly kind: 'incomplete' }
  /** A segment that was there already. */
  | { readonly kind: 'repeated' }
  /** The assembly was given up, or never begun; what it held is freed. */
  | { readonly kind: 'dropped'; readonly why: string };

interface Assembly {
  readonly stream: string;
  readonly seq: number;
  readonly count: number;
  readonly size: number;
  readonly chunks: Uint8Array[];
  held: number;
}

/**
 * Puts segmented messages together again, in order only (docs/protocol.md §3). One assembly an owner (a client, as a host sees it):
 * a new one replaces what the owner had under way. Holds at most `limits.assemblies` and `limits.assemblyBytes`.
 */
export class Assembler {
  readonly #assemblies = new Map<string, Assembly>();
  #held = 0;

  get heldBytes(): number {
    return this.#held;
  }

  take(owner: string, stream: string, seq: number, segment: Segment): Assembled {
    const open = this.#assemblies.get(owner);
    const continues = open !== undefined && open.stream === stream && open.seq === seq;
    if (continues && segment.segment_id < open.chunks.length) return { kind: 'repeated' };
    if (!continues) {
      if (segment.segment_id !== 0) return this.#drop(owner, 'it does not start with its first segment');
      this.#forget(owner);
    }
    const assembly = continues
      ? open
      : { stream, seq, count: segment.segment_count, size: segment.message_size_bytes, chunks: [], held: 0 };
    const fault = faultOf(assembly, segment);
    if (fault !== null) return this.#drop(owner, fault);
    const bytes = fromBase64(segment.message_chunk_base64);
    if (bytes === null || bytes.length === 0) return this.#drop(owner, 'a segment is not base64');
    if (assembly.held + bytes.length > assembly.size) return this.#drop(owner, 'it is larger than it said');
    if (this.#held + bytes.length > limits.assemblyBytes)
      return this.#drop(owner, 'too much is being put together at once');
    if (!continues && this.#assemblies.size >= limits.assemblies)
      return this.#drop(owner, 'too many messages are being put together at once');

    assembly.chunks.push(bytes);
    assembly.held += bytes.length;
    this.#held += bytes.length;
    this.#assemblies.set(owner, assembly);
    if (assembly.chunks.length < assembly.count) return { kind: 'incomplete' };

    this.#forget(owner);
    if (assembly.held !== assembly.size) return { kind: 'dropped', why: 'it is smaller than it said' };
    const message = decode(assembly);
    return message === null ? { kind: 'dropped', why: 'it is not UTF-8' } : { kind: 'complete', message };
  }

  /** Gives up what the owner has under way on this stream, or on any. */
  forget(owner: string, stream?: string): void {
    if (stream === undefined || this.#assemblies.get(owner)?.stream === stream) this.#forget(owner);
  }

  #drop(owner: string, why: string): Assembled {
    this.#forget(owner);
    return { kind: 'dropped', why };
  }

  #forget(owner: string): void {
    this.#held -= this.#assemblies.get(owner)?.held ?? 0;
    this.#assemblies.delete(owner);
  }
}

function faultOf(assembly: Assembly, segment: Segment): string | null {
  if (segment.segment_count !== assembly.count || segment.message_size_bytes !== assembly.size)
    return 'its segments disagree';
  if (segment.segment_count < 2 || segment.segment_count > limits.segmentCount)
    return 'its number of segments is out of range';
  if (segment.message_size_bytes === 0 || segment.message_size_bytes > limits.messageBytes)
    return 'its size is out of range';
  if (segment.segment_id !== assembly.chunks.length) return 'a segment is missing';
  return null;
}

function decode(assembly: Assembly): string | null {
  const whole = new Uint8Array(assembly.size);
  let at = 0;
  for (const chunk of assembly.chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole);
  } catch {
    return null;
  }
}
