import * as z from 'zod/mini';
import { Id, Timestamp } from './rest-host.ts';

/** What a relay does wrong in a drill (docs/protocol.md §8). */
export const DrillFault = z.enum([
  '502',
  '503',
  '429',
  '500',
  'hang',
  'stall',
  'malformed',
  'refuse-tokens',
  'cut-links',
]);
export type DrillFault = z.infer<typeof DrillFault>;

/** Where it does it. */
export const DrillEndpoint = z.enum(['enroll', 'refresh', 'pair', 'handshake', 'link']);
export type DrillEndpoint = z.infer<typeof DrillEndpoint>;

const Share = z.number().check(z.gt(0), z.maximum(1));
const RetryAfter = z.number().check(z.int(), z.minimum(0), z.maximum(86_400));

/** A drill under way. */
export const Drill = z.object({
  id: Id,
  fault: DrillFault,
  endpoints: z.array(DrillEndpoint).check(z.maxLength(5)),
  /** Of the calls that it meets, 0 to 1. */
  share: Share,
  /** What its answers say, in seconds; null for nothing. */
  retry_after_seconds: z.nullable(RetryAfter),
  /** How many calls, or links, it has met so far. */
  met: z.optional(z.int().check(z.minimum(0))),
  started_at: Timestamp,
  ends_at: Timestamp,
});
export type Drill = z.infer<typeof Drill>;

export const DrillList = z.object({
  /** Whether whoever asked may start and stop drills. */
  allowed: z.boolean(),
  drills: z.array(Drill).check(z.maxLength(100)),
});
export type DrillList = z.infer<typeof DrillList>;

export const DrillRequest = z
  .object({
    fault: DrillFault,
    /** Absent: all that the fault fits. */
    endpoints: z.optional(z.array(DrillEndpoint).check(z.minLength(1), z.maxLength(5))),
    /** Absent: 1. */
    share: z.optional(Share),
    retry_after_seconds: z.optional(RetryAfter),
    duration_seconds: z.number().check(z.gt(0), z.maximum(3_600)),
  })
  .check(
    z.refine(
      ({ fault, endpoints }) =>
        (endpoints ?? []).every((endpoint) => (endpoint === 'link') === (fault === 'cut-links')),
      {
        path: ['endpoints'],
        error: 'cut-links is for link alone, and every other fault for calls',
      },
    ),
  );
export type DrillRequest = z.infer<typeof DrillRequest>;
