import type { HostStatus } from '@holdfast/host';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Of the streams that are over, the newest. */
const SHOWN_ENDS = 5;

/** What a host says of itself, for a person, as of `now` (wall clock in milliseconds). */
export function describeStatus(status: HostStatus, now: number): string {
  const { link, lease, agent, streams, endedStreams } = status;
  const rows: [string, string][] = [
    ['status', `${status.status}: ${status.reason}`],
    ['host', `${status.serverName} (environment ${status.environmentId ?? 'none yet'})`],
    ['relay', status.relay],
    ['link', `${link.state} since ${at(link.since, now)}${mention(', next try', link.nextAttemptAt, now)}`],
    [
      'lease',
      `${lease.state}${mention(', token good until', lease.expiresAt, now)}${mention(', relay asked again at', lease.retryAt, now)}`,
    ],
    [
      'agent',
      agent.failures === 0
        ? agent.name
        : `${agent.name}; failed ${agent.failures} times in a row${mention(', may be started again', agent.retryAt, now)}: ${agent.lastFailure}`,
    ],
    ...named('streams', streams.length === 0 ? ['none'] : streams.flatMap((stream) => describeStream(stream, now))),
    ...named(
      'ended',
      endedStreams.slice(0, SHOWN_ENDS).flatMap((stream) => describeEnd(stream, now)),
    ),
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}${printable(value)}`).join('\n');
}

/** Several lines under one name. */
function named(name: string, lines: readonly string[]): [string, string][] {
  return lines.map((line, index) => [index === 0 ? name : '', line]);
}

function describeStream(stream: HostStatus['streams'][number], now: number): string[] {
  const { streamId, since, unacked, stderr } = stream;
  const stopped = stream.stopped ? '; stopped, since its controller does not ack: the others go on' : '';
  const kind = stream.management ? ' (asks about this host)' : '';
  const line = `${streamId}${kind} since ${at(since, now)}, ${unacked} unacked${stopped}`;
  return stderr === '' ? [line] : [line, `  stderr: ${stderr}`];
}

function describeEnd({ streamId, endedAt, why, stderr }: HostStatus['endedStreams'][number], now: number): string[] {
  const line = `${streamId} ${at(endedAt, now)}: ${why}`;
  return stderr === '' || why.includes(stderr) ? [line] : [line, `  stderr: ${stderr}`];
}

function mention(what: string, moment: string | null, now: number): string {
  return moment === null ? '' : `${what} ${at(moment, now)}`;
}

/** The moment, and how far away it is. */
function at(moment: string, now: number): string {
  const ms = Date.parse(moment) - now;
  return `${moment} (${ms > 0 ? `in ${distance(ms)}` : `${distance(-ms)} ago`})`;
}

function distance(ms: number): string {
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  return ms < DAY ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / DAY)} d`;
}

/** Ids are the controllers' to choose, and go to a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
