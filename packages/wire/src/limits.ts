const KIB = 1024;
const MIB = 1024 * KIB;

/** The wire's numbers (docs/protocol.md §3). Sizes are bytes, times are milliseconds. */
export const limits = {
  /** A serialized envelope larger than this is split into segments; a chunk frame larger than this is dropped. */
  envelopeBytes: 150 * KIB,
  /** What one segment carries of the serialized message, before base64. */
  segmentBytes: 100 * KIB,
  segmentCount: 1024,
  /** The largest message, whole or reassembled. */
  messageBytes: 100 * MIB,
  /** Messages under reassembly at one receiver. */
  assemblies: 128,
  /** Bytes held by all of them together; the assembly that would exceed it is dropped. */
  assemblyBytes: 256 * MIB,
  /** client_id, stream_id, env_id and their like. */
  idLength: 256,
  /** A cursor is opaque and travels in a header. */
  cursorLength: 512,
  /** What is kept of an answer's body to show to a person. */
  bodyPreviewBytes: 4096,
  /** The largest JSON body of a REST call or of its answer. */
  restBodyBytes: 64 * KIB,
  httpTimeoutMs: 30_000,
  pingIntervalMs: 10_000,
  pongTimeoutMs: 60_000,
  deviceProofTimeoutMs: 10_000,
  streamIdleMs: 10 * 60_000,
  streamSweepMs: 30_000,
  /** Under way at once: more would be no drill that anybody understands. */
  drills: 16,
} as const;

const encoder = new TextEncoder();

/** Length in UTF-8, exact only where it could matter: a text that fits even at three bytes a unit is not encoded. */
export function exceedsUtf8(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  if (text.length * 3 <= bytes) return false;
  return encoder.encode(text).byteLength > bytes;
}
