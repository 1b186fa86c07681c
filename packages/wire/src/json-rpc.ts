import type { RawMessage } from './envelope.ts';
import { WireError } from './errors.ts';

export type RpcId = string | number;

/** What kind of JSON-RPC message a text is. Codex's app-server leaves out `"jsonrpc":"2.0"`, so its absence is no fault (docs/protocol.md §3). */
export type RpcShape =
  | { readonly kind: 'request'; readonly method: string; readonly id: RpcId }
  | { readonly kind: 'notification'; readonly method: string }
  | { readonly kind: 'response'; readonly id: RpcId | null };

/** @throws WireError `ERR_WIRE_JSON` when it is not JSON, or not one JSON-RPC message. */
export function readRpc(message: RawMessage): RpcShape {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    throw new WireError('ERR_WIRE_JSON', 'not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WireError('ERR_WIRE_JSON', 'not a JSON-RPC message: an object was expected');
  }
  const { method, id, result, error } = value as Record<string, unknown>; // an object, checked above; its members are checked below
  const hasId = typeof id === 'string' || typeof id === 'number';
  if (typeof method === 'string') return hasId ? { kind: 'request', method, id } : { kind: 'notification', method };
  if (result !== undefined || error !== undefined) return { kind: 'response', id: hasId ? id : null };
  throw new WireError('ERR_WIRE_JSON', 'not a JSON-RPC message: it has neither method, result nor error');
}

/** The message on one line, for a peer that reads lines. Raw line breaks can only stand between tokens of valid JSON. */
export function oneLine(message: RawMessage): string {
  return /[\r\n]/.test(message) ? message.replace(/[\r\n]+/g, ' ') : message;
}

/** A JSON-RPC error reply, for a request that goes no further. */
export function rpcError(id: RpcId | null, code: number, message: string, data?: unknown): RawMessage {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } });
}
