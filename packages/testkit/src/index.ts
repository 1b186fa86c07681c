export { type Answer, answer, type RetryAfter } from './authority/answers.ts';
export type { Endpoint } from './authority/endpoints.ts';
export type { FromHost, HostLink, ReceivedFrame, ToHost } from './authority/host-link.ts';
export type { InjectedStream, JsonRpc } from './authority/injected-stream.ts';
export type { ListedClient } from './authority/registry.ts';
export type { SeenRequest } from './authority/request-log.ts';
export { Authority, type AuthorityOptions, startAuthority } from './authority.ts';
export { type Cut, FaultProxy, startFaultProxy } from './fault-proxy.ts';
