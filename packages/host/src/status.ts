import type { LeaseSnapshot } from '@holdfast/lease';
import type { HostStatus, RemoteControlStatus } from '@holdfast/wire';
import type { LinkStatus } from './link/link.ts';
import { rfc3339 } from './rfc3339.ts';
import type { EndedStream } from './stream/ended-streams.ts';
import type { AgentStatus, StreamStatus } from './stream/streams.ts';

export interface StatusParts {
  readonly serverName: string;
  readonly installationId: string;
  readonly environmentId: string | null;
  readonly relay: string;
  readonly enabled: boolean;
  readonly link: LinkStatus;
  readonly lease: LeaseSnapshot;
  readonly agent: AgentStatus;
  readonly streams: readonly StreamStatus[];
  readonly endedStreams: readonly EndedStream[];
  readonly credentials: string;
  readonly now: { readonly wall: number; readonly monotonic: number };
}

/** A wait that is too short to explain, in milliseconds. */
const NO_MATTER_MS = 1_000;

export function composeStatus(parts: StatusParts): HostStatus {
  const { link, lease, agent, now } = parts;
  const moment = (monotonic: number) => rfc3339(now.wall - (now.monotonic - monotonic));
  return {
    status: summarize(parts),
    reason: explain(parts),
    serverName: parts.serverName,
    installationId: parts.installationId,
    environmentId: parts.environmentId,
    relay: parts.relay,
    link: {
      state: link.current.state,
      since: rfc3339(link.since),
      attempts: link.attempts,
      lastError: link.lastError,
      nextAttemptAt: link.current.state === 'waiting' ? rfc3339(link.current.nextAttemptAt) : null,
    },
    lease: {
      state: lease.state,
      expiresAt: orNull(lease.expiresAt),
      retryAt: orNull(lease.retryAt),
      reason: lease.message ?? lease.reason,
      generation: lease.generation,
      lastAnswer: lease.lastAnswer === null ? null : { ...lease.lastAnswer, at: rfc3339(lease.lastAnswer.at) },
      counts: lease.counts,
    },
    agent: { ...agent, retryAt: orNull(agent.retryAt) },
    streams: parts.streams.map((stream) => ({ ...stream, since: moment(stream.since) })),
    endedStreams: parts.endedStreams.map((stream) => ({
      ...stream,
      since: moment(stream.since),
      endedAt: moment(stream.endedAt),
    })),
  };
}

function summarize({ enabled, link, lease }: StatusParts): RemoteControlStatus {
  if (!enabled) return 'disabled';
  if (link.current.state === 'connected') return 'connected';
  if (lease.latched || lease.state === 'deferred') return 'errored';
  return link.current.state === 'waiting' && link.attempts > 1 ? 'errored' : 'connecting';
}

function explain({ enabled, link, lease, agent, credentials, now }: StatusParts): string {
  const { current, lastError } = link;
  if (!enabled) return 'Remote control is switched off.';
  switch (current.state) {
    case 'connected':
      if (agent.retryAt !== null)
        return `Connected. The agent keeps failing: ${agent.lastFailure}; it may be started again${inSeconds(agent.retryAt, now.wall)}.`;
      return lease.message === null
        ? 'Connected.'
        : `Connected. Renewing the server token fails: ${lease.message}${next(lease.retryAt, now.wall)}.`;
    case 'waiting-for-token':
      if (lease.latched)
        return `No server token: ${lease.message ?? 'no reason given'}. Waiting for a change of ${credentials}.`;
      if (lease.message !== null) return `No server token: ${lease.message}${next(lease.retryAt, now.wall)}.`;
      return isHeldUp(lease, now.wall - link.since)
        ? 'Getting a server token: a process before this one was stopped while it asked, so this one asks within 35 s.'
        : 'Getting a server token.';
    case 'connecting':
      return lastError === null ? 'Connecting.' : `Connecting again; before: ${lastError}.`;
    case 'waiting':
      return `${lastError ?? 'Not connected'}${next(current.nextAttemptAt, now.wall)}.`;
    case 'off':
      return 'Starting.';
  }
}

/** Nothing was sent, and nothing says why not: the lock of a request that was never answered runs out by itself. */
function isHeldUp({ counts, refreshing }: LeaseSnapshot, waitedMs: number): boolean {
  return refreshing && counts.started === 0 && waitedMs > NO_MATTER_MS;
}

function next(moment: number | null, now: number): string {
  return moment === null ? '' : `; next try${inSeconds(moment, now)}`;
}

function inSeconds(moment: number, now: number): string {
  return ` in ${Math.max(0, Math.ceil((moment - now) / 1000))} s`;
}

function orNull(ms: number | null): string | null {
  return ms === null ? null : rfc3339(ms);
}
