export { Egress, type EgressOptions } from './egress.ts';
export { EgressError, type EgressErrorCode } from './errors.ts';
export type { ProxyServer } from './proxy-server.ts';
