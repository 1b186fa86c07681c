export { LocalSocketClient, type LocalSocketClientOptions, type OnNotification } from './client.ts';
export { LocalSocketError, type LocalSocketErrorCode, RpcRefusal, type RpcRefusalData, rpcCodes } from './errors.ts';
export { LineBudget, LineSplitter } from './line-splitter.ts';
export { type Method, Methods, readParams } from './methods.ts';
export { replyTo } from './reply.ts';
export { LocalSocketServer, type LocalSocketServerOptions } from './server.ts';
