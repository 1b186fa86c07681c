export { type Answer, answer, type RetryAfter } from './authority/answers.ts';
export type { Endpoint } from './authority/endpoints.ts';
export type { FromHost, HostLink, ReceivedFrame, ToHost } from './authority/host-link.ts';
export type { InjectedStream, JsonRpc } from './authority/injected-stream.ts';
export type { ListedClient } from './authority/registry.ts';
export type { SeenRequest } from './authority/request-log.ts';
export { Authority, type AuthorityOptions, startAuthority } from './authority.ts';
export { STOCK_CODEX_VERSION, stockCodexPath } from './codex/binary.ts';
export { RpcError } from './codex/control-client.ts';
export { type CodexHomeOptions, unsignedJwt, writeCodexHome } from './codex/home.ts';
export { type Cut, FaultProxy, startFaultProxy } from './fault-proxy.ts';
export { DEFAULT_PATIENCE_MS, Happenings, type UntilOptions } from './happenings.ts';
export { ManualClock, settle } from './manual-clock.ts';
export { Leashed, type LeashedOptions } from './process/leashed.ts';
export {
  type ConnectBehaviour,
  ConnectProxy,
  type ConnectProxyOptions,
  startConnectProxy,
} from './proxy/connect-proxy.ts';
export { Seeded } from './seeded.ts';
export { type StockCodex, type StockCodexOptions, startStockCodex } from './stock-codex.ts';
export { TEST_CA_FILE, type TestCertificate, testCertificate } from './tls/certificates.ts';
export { startTlsFront, type TlsFront } from './tls/tls-front.ts';
