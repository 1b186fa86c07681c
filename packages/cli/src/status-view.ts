import type { HostStatus } from '@holdfast/host';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a host says of itself, for a person, as of `now` (wall clock in milliseconds). */
export function describeStatus(status: HostStatus, now: number): string {
  const { link, lease, streams } = status;
  const rows: [string, string][] = [
    ['status', `${status.status}: ${status.reason}`],
    ['host', `${status.serverName} (environment ${status.environmentId ?? 'none yet'})`],
    ['relay', status.relay],
    ['link', `${link.state} since ${at(link.since, now)}${mention(', next try', link.nextAttemptAt, now)}`],
    [
      'lease',
      `${lease.state}${mention(', token good until', lease.expiresAt, now)}${mention(', relay asked again at', lease.retryAt, now)}`,
    ],
    ...(streams.length === 0 ? [['streams', 'none'] satisfies [string, string]] : streams.map(describeStream(now))),
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}${printable(value)}`).join('\n');
}

function describeStream(now: number) {
  return (stream: HostStatus['streams'][number], index: number): [string, string] => {
    const stopped = stream.stopped ? '; stopped, since its controller does not ack: the others go on' : '';
    const { streamId, since, unacked } = stream;
    const kind = stream.management ? ' (asks about this host)' : '';
    return [index === 0 ? 'streams' : '', `${streamId}${kind} since ${at(since, now)}, ${unacked} unacked${stopped}`];
  };
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
