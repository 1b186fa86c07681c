import { WireError } from './errors.ts';
import { parseString, scanObject } from './json-scan.ts';
import { limits } from './limits.ts';

/** JSON text of one JSON-RPC message, never parsed and serialized again on its way. */
export type RawMessage = string;

export interface Segment {
  readonly segment_id: number;
  readonly segment_count: number;
  readonly message_size_bytes: number;
  readonly message_chunk_base64: string;
}

interface Address {
  readonly client_id: string;
  /** Only between a controller and its relay: one socket serves many environments (docs/protocol.md §6). */
  readonly env_id?: string;
}

/** What goes to a host. A missing stream_id is a legacy client, which has one stream (docs/protocol.md §3). */
export type ToHost = Address & {
  readonly stream_id?: string;
  readonly seq_id?: number;
  readonly cursor?: string;
} & (
    | { readonly type: 'client_message'; readonly message: RawMessage }
    | ({ readonly type: 'client_message_chunk' } & Segment)
    | { readonly type: 'ack'; readonly segment_id?: number }
    | { readonly type: 'ping' }
    | { readonly type: 'client_closed' }
  );

/** What comes from a host. */
export type FromHost = Address & {
  readonly stream_id: string;
  readonly seq_id: number;
  readonly cursor?: string;
} & (
    | { readonly type: 'server_message'; readonly message: RawMessage }
    | ({ readonly type: 'server_message_chunk' } & Segment)
    | { readonly type: 'pong'; readonly status: 'active' | 'unknown' }
  );

/** What a controller sends: an envelope for a host, named by env_id, or the ack of a frame that a Holdfast controller has taken (docs/protocol.md §8). */
export type FromController = ToHost & { readonly env_id: string; readonly stream_id: string; readonly seq_id: number };

/** What a controller receives: what its hosts send, and the relay's ack of its own envelopes. */
export type ToController =
  | FromHost
  | (Extract<ToHost, { type: 'ack' }> & { readonly stream_id: string; readonly seq_id: number });

export type Envelope = ToHost | FromHost;

const TO_HOST = new Set(['client_message', 'client_message_chunk', 'ack', 'ping', 'client_closed']);
const FROM_HOST = new Set(['server_message', 'server_message_chunk', 'pong']);
const TO_CONTROLLER = new Set([...FROM_HOST, 'ack']);

/** @throws WireError `ERR_WIRE_JSON` or `ERR_WIRE_ENVELOPE` */
export function parseToHost(text: string): ToHost {
  return readEnvelope(text, TO_HOST) as ToHost; // readEnvelope gives only types of the set
}

/** @throws WireError `ERR_WIRE_JSON` or `ERR_WIRE_ENVELOPE` */
export function parseFromHost(text: string): FromHost {
  const envelope = readEnvelope(text, FROM_HOST);
  requireSequenced(envelope);
  return envelope as FromHost; // a type of the set, and sequenced
}

/** @throws WireError `ERR_WIRE_JSON` or `ERR_WIRE_ENVELOPE` */
export function parseFromController(text: string): FromController {
  const envelope = readEnvelope(text, TO_HOST);
  requireSequenced(envelope);
  if (envelope.env_id === undefined) throw broken('env_id is missing');
  return envelope as FromController; // a type of the set, sequenced, with env_id
}

/** @throws WireError `ERR_WIRE_JSON` or `ERR_WIRE_ENVELOPE` */
export function parseToController(text: string): ToController {
  const envelope = readEnvelope(text, TO_CONTROLLER);
  requireSequenced(envelope);
  return envelope as ToController; // a type of the set, and sequenced
}

/** One frame of text; a message goes in as it is. */
export function encodeEnvelope(envelope: Envelope): string {
  let text = `{"type":"${envelope.type}","client_id":${JSON.stringify(envelope.client_id)}`;
  if (envelope.env_id !== undefined) text += `,"env_id":${JSON.stringify(envelope.env_id)}`;
  if (envelope.stream_id !== undefined) text += `,"stream_id":${JSON.stringify(envelope.stream_id)}`;
  if (envelope.seq_id !== undefined) text += `,"seq_id":${envelope.seq_id}`;
  if (envelope.cursor !== undefined) text += `,"cursor":${JSON.stringify(envelope.cursor)}`;
  switch (envelope.type) {
    case 'client_message':
    case 'server_message':
      return `${text},"message":${envelope.message}}`;
    case 'client_message_chunk':
    case 'server_message_chunk':
      return `${text},"segment_id":${envelope.segment_id},"segment_count":${envelope.segment_count},"message_size_bytes":${envelope.message_size_bytes},"message_chunk_base64":"${envelope.message_chunk_base64}"}`;
    case 'ack':
      return envelope.segment_id === undefined ? `${text}}` : `${text},"segment_id":${envelope.segment_id}}`;
    case 'pong':
      return `${text},"status":"${envelope.status}"}`;
    case 'ping':
    case 'client_closed':
      return `${text}}`;
  }
}

/** The frame with a cursor added to it, without another look inside. `frame` is an object with members, as `encodeEnvelope` gives it. */
export function stampCursor(frame: string, cursor: string): string {
  return `${frame.slice(0, -1)},"cursor":${JSON.stringify(cursor)}}`;
}

const broken = (what: string) => new WireError('ERR_WIRE_ENVELOPE', `an envelope is malformed: ${what}`);

type Loose = { type: string; client_id: string; env_id?: string; stream_id?: string; seq_id?: number; cursor?: string };

function readEnvelope(text: string, types: ReadonlySet<string>): Loose {
  const members = scanObject(text);
  const type = readText(members, 'type', 64);
  if (type === undefined) throw broken('type is missing');
  if (!types.has(type)) throw broken(`type ${JSON.stringify(type)} does not belong here`);
  const client_id = readText(members, 'client_id', limits.idLength);
  if (client_id === undefined) throw broken('client_id is missing');
  const env_id = readText(members, 'env_id', limits.idLength);
  const stream_id = readText(members, 'stream_id', limits.idLength);
  const seq_id = readCount(members, 'seq_id');
  const cursor = readText(members, 'cursor', limits.cursorLength);
  return {
    type,
    client_id,
    ...(env_id === undefined ? {} : { env_id }),
    ...(stream_id === undefined ? {} : { stream_id }),
    ...(seq_id === undefined ? {} : { seq_id }),
    ...(cursor === undefined ? {} : { cursor }),
    ...readContent(type, members),
  };
}

function readContent(type: string, members: Map<string, string>): object {
  switch (type) {
    case 'client_message':
    case 'server_message': {
      const message = members.get('message');
      if (message === undefined || message[0] !== '{') throw broken('message is missing or not an object');
      return { message };
    }
    case 'client_message_chunk':
    case 'server_message_chunk':
      return readSegment(members);
    case 'ack': {
      const segment_id = readCount(members, 'segment_id');
      return segment_id === undefined ? {} : { segment_id };
    }
    case 'pong': {
      const status = readText(members, 'status', 64);
      if (status !== 'active' && status !== 'unknown') throw broken('status is neither active nor unknown');
      return { status };
    }
    default:
      return {};
  }
}

function readSegment(members: Map<string, string>): Segment {
  const segment_id = readCount(members, 'segment_id');
  const segment_count = readCount(members, 'segment_count');
  const message_size_bytes = readCount(members, 'message_size_bytes');
  const message_chunk_base64 = readText(members, 'message_chunk_base64', limits.envelopeBytes);
  if (segment_id === undefined || segment_count === undefined || message_size_bytes === undefined) {
    throw broken('a chunk lacks segment_id, segment_count or message_size_bytes');
  }
  if (message_chunk_base64 === undefined) throw broken('a chunk lacks message_chunk_base64');
  // it is passed on as it is, and only what was escaped can hold a quote that would end it there
  if (members.get('message_chunk_base64')?.includes('\\') && !/^[A-Za-z0-9+/=]*$/.test(message_chunk_base64))
    throw broken('message_chunk_base64 is not base64');
  return { segment_id, segment_count, message_size_bytes, message_chunk_base64 };
}

function requireSequenced(envelope: Loose): void {
  if (envelope.stream_id === undefined) throw broken('stream_id is missing');
  if (envelope.seq_id === undefined) throw broken('seq_id is missing');
}

function readText(members: Map<string, string>, name: string, most: number): string | undefined {
  const raw = members.get(name);
  if (raw === undefined || raw === 'null') return undefined;
  if (raw[0] !== '"') throw broken(`${name} is not a string`);
  const value = parseString(raw);
  if (value === '' && name !== 'message_chunk_base64') throw broken(`${name} is empty`);
  if (value.length > most) throw broken(`${name} is longer than ${most} characters`);
  return value;
}

function readCount(members: Map<string, string>, name: string): number | undefined {
  const raw = members.get(name);
  if (raw === undefined || raw === 'null') return undefined;
  const value = /^\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw broken(`${name} is not a whole number below 2^53`);
  return value;
}
