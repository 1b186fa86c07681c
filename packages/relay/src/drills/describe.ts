import type { Drill, DrillEndpoint, DrillFault, DrillRequest } from '@holdfast/wire';

const CALLS: readonly DrillEndpoint[] = ['enroll', 'refresh', 'pair', 'handshake'];

/** Those that it names, else all that the fault fits. */
export function endpointsOf({ fault, endpoints }: DrillRequest): DrillEndpoint[] {
  return [...new Set(endpoints ?? (fault === 'cut-links' ? ['link'] : CALLS))] as DrillEndpoint[]; // of either list
}

/** The faults whose answers have a status of their own. */
const STATUSES: Partial<Record<DrillFault, number>> = { '502': 502, '503': 503, '429': 429, '500': 500 };

/** Null for a fault that is no plain answer. */
export function statusOf(fault: DrillFault): number | null {
  return STATUSES[fault] ?? null;
}

export function saysRetryAfter(fault: DrillFault): boolean {
  return statusOf(fault) !== null;
}

/** `502 with Retry-After 60 on refresh, for half of the calls, until …`, for a person. */
export function describeDrill({ fault, endpoints, share, retry_after_seconds, ends_at }: Drill): string {
  const retryAfter = retry_after_seconds === null ? '' : ` with Retry-After ${retry_after_seconds}`;
  const part = share >= 1 ? '' : `, for ${Number((share * 100).toPrecision(3))} % of the calls`;
  return `${fault}${retryAfter} on ${endpoints.join(', ')}${part}, until ${ends_at}`;
}
