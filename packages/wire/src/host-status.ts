import * as z from 'zod/mini';
import { Timestamp } from './rest-host.ts';

const Moment = z.nullable(Timestamp);
const Count = z.number().check(z.int(), z.minimum(0));

/** What `remoteControl/status/read` says of remote control as a whole. */
export const RemoteControlStatus = z.enum(['disabled', 'connecting', 'connected', 'errored']);
export type RemoteControlStatus = z.infer<typeof RemoteControlStatus>;

/** The answer to `remoteControl/status/read`. */
export const StatusReadResult = z.object({
  status: RemoteControlStatus,
  serverName: z.string(),
  installationId: z.string(),
  environmentId: z.nullable(z.string()),
});
export type StatusReadResult = z.infer<typeof StatusReadResult>;

const LinkReport = z.object({
  state: z.enum(['off', 'waiting-for-token', 'connecting', 'connected', 'waiting']),
  since: Timestamp,
  /** Tries since the link last held for a minute. */
  attempts: Count,
  lastError: z.nullable(z.string()),
  nextAttemptAt: Moment,
});

const LeaseReport = z.object({
  state: z.enum(['fresh', 'due', 'required', 'deferred']),
  expiresAt: Moment,
  retryAt: Moment,
  reason: z.nullable(z.string()),
  generation: Count,
  lastAnswer: z.nullable(
    z.object({ status: z.nullable(z.number()), requestId: z.nullable(z.string()), at: Timestamp }),
  ),
  /** Since the host started. */
  counts: z.object({
    started: Count,
    suppressed: Count,
    joined: Count,
    succeeded: Count,
    failed: Count,
    adopted: Count,
    late: Count,
    reenrolled: Count,
    listenerErrors: Count,
  }),
});

const StreamReport = z.object({
  clientId: z.string(),
  streamId: z.string(),
  since: Timestamp,
  unacked: Count,
  /** Its controller does not ack: its agent is not read until it does. */
  stopped: z.boolean(),
  /** It runs no agent: the host itself answers on it. */
  management: z.boolean(),
  /** The end of what its agent wrote to stderr, on one line; empty where there is none. */
  stderr: z.string(),
});

const AgentReport = z.object({
  /** The command without its arguments, or the address of the one that all streams share. */
  name: z.string(),
  /** Failures in a row, each soon after its start. */
  failures: Count,
  lastFailure: z.nullable(z.string()),
  /** It is not started again before. */
  retryAt: Moment,
});

const EndedStreamReport = z.object({
  clientId: z.string(),
  streamId: z.string(),
  since: Timestamp,
  endedAt: Timestamp,
  why: z.string(),
  stderr: z.string(),
});

/** All that a host tells of itself; times are RFC 3339, null where there is none. The answer to `holdfast/status` (docs/protocol.md §8). */
export const HostStatus = z.extend(StatusReadResult, {
  /** Why it is as it is, and what happens next, for a person. */
  reason: z.string(),
  relay: z.string(),
  link: LinkReport,
  lease: LeaseReport,
  agent: AgentReport,
  streams: z.array(StreamReport),
  /** Those that ended lately, the newest first. */
  endedStreams: z.array(EndedStreamReport),
});
export type HostStatus = z.infer<typeof HostStatus>;

/** One thing that happened to the lease or the link of a host. */
export const LeaseHistoryEntry = z.object({
  at: Timestamp,
  /** As the lease calls its events, and `link-connected` and `link-lost`. A newer host may know more. */
  type: z.string(),
  message: z.optional(z.string()),
  /** The HTTP status of the authority's answer. */
  status: z.optional(z.number()),
  /** When the token expires that came. */
  expiresAt: z.optional(Timestamp),
  /** When the authority may be asked again. */
  retryAt: z.optional(Timestamp),
});
export type LeaseHistoryEntry = z.infer<typeof LeaseHistoryEntry>;

/** The answer to `holdfast/lease/history`, the oldest first. */
export const LeaseHistory = z.object({ events: z.array(LeaseHistoryEntry) });
export type LeaseHistory = z.infer<typeof LeaseHistory>;
