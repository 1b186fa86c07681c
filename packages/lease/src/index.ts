export { classifyStatus, type StatusVerdict } from './classify.ts';
export { type Clock, type Random, type Reading, systemClock, type Timer } from './clock.ts';
export type { LeaseCounts } from './counts.ts';
export { type Deadline, type DeadlinePlan, type DeadlineReason, endsAt, isAhead, planDeadline } from './deadline.ts';
export { type DeadlineRecord, type DeadlineStore, type RestoredDeadline, restoreDeadline } from './deadline-record.ts';
export type { LeaseState } from './decide.ts';
export { LeaseClosedError, LeaseError, type LeaseErrorCode, type LeaseErrorDetails } from './errors.ts';
export type { LeaseEvents, LeaseEventType, LeaseListener } from './events.ts';
export { type FetchLike, type LeasedFetchOptions, leasedFetch } from './fetch.ts';
export { type AsyncToken, fromAsync, RefreshError, type RefreshErrorDetails } from './from-async.ts';
export { classifyResponse, type HttpRefreshOptions, httpRefresh, readAnswer } from './http-refresh.ts';
export { type AcquireOptions, Lease } from './lease.ts';
export { MemoryStore, type MemoryStoreOptions } from './memory-store.ts';
export type { LeaseOptions } from './options.ts';
export type {
  AnswerMeta,
  FailureKind,
  RefreshAnswer,
  RefreshAttempt,
  RefreshFailure,
  RefreshOutcome,
  RefreshSuccess,
} from './outcome.ts';
export type { Grant } from './record.ts';
export { parseRetryAfter } from './retry-after.ts';
export type { LeaseSnapshot } from './snapshot.ts';
export type { LeaseStore, StoreView } from './store.ts';
export type { ShareToken } from './token-seal.ts';
