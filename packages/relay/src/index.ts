export type { AccountToken, CodexCredentials } from './accounts.ts';
export type { AuditEntry, AuditEvent } from './audit.ts';
export {
  mintAccountToken,
  readAccounts,
  readAudit,
  readClients,
  readEnvironments,
  rotateAccount,
} from './beside.ts';
export { type Bounds, defaultBounds } from './bounds.ts';
export type { Clock } from './clock.ts';
export { RelayError, type RelayErrorCode } from './errors.ts';
export { CODEX_CREDENTIALS_PATH } from './http/account.ts';
export type { AccountSummary, ClientSummary, EnvironmentSummary } from './inventory.ts';
export { closeCodes } from './links/close-codes.ts';
export type { RandomBytes } from './secrets.ts';
export { type Relay, type RelayOptions, startRelay } from './start.ts';
