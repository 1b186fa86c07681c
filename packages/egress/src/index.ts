export { Egress, type EgressOptions } from './egress.ts';
export { EgressError, type EgressErrorCode } from './errors.ts';
export type { AuthoritySource, SeenCertificate, TlsReport } from './inspect.ts';
export type { ProxyServer } from './proxy-server.ts';
