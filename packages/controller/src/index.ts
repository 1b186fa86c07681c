export { type ClaimOptions, claimCode } from './claim.ts';
export type { Clock, Random, Timer } from './clock.ts';
export { Controller, connect } from './controller.ts';
export {
  type Credentials,
  exportCredentials,
  importCredentials,
  type PrivateKeyJwk,
  type SerializedCredentials,
} from './credentials.ts';
export { ControllerError, type ControllerErrorCode, type ControllerErrorDetails } from './errors.ts';
export type { ConnectionState, ControllerEvents } from './events.ts';
export { type HostManagement, type ManagementOptions, openManagement } from './management.ts';
export type { ConnectOptions } from './options.ts';
export type { Fetch, FetchedResponse } from './relay-api.ts';
export type { RelayCalls } from './relay-calls.ts';
export { type NotificationHandler, type RequestHandler, type RequestOptions, RpcClient, RpcError, rpc } from './rpc.ts';
export type { SocketEvent, SocketLike, WebSocketConstructor } from './socket.ts';
export type { Stream, StreamEnd } from './stream.ts';
