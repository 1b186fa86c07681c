import { type RawMessage, type RpcId, rpcError } from '@holdfast/wire';
import { RpcRefusal, rpcCodes } from './errors.ts';

/**
 * The reply to one request, whether it succeeds or not. An `RpcRefusal` goes to the caller as it is; anything else is a fault of ours, which
 * the caller is told of without its words. Never rejects.
 */
export async function replyTo(id: RpcId, call: () => unknown, onFault: (cause: unknown) => void): Promise<RawMessage> {
  try {
    return JSON.stringify({ jsonrpc: '2.0', id, result: (await call()) ?? null });
  } catch (error) {
    if (error instanceof RpcRefusal) {
      const { code, message, data } = error;
      return rpcError(id, code, message, Object.keys(data).length === 0 ? undefined : data);
    }
    onFault(error);
    return rpcError(id, rpcCodes.internal, 'The program failed to answer; its log says why.');
  }
}
