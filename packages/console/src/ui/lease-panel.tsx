import type { HostStatus } from '@holdfast/wire';
import { useState } from 'preact/hooks';
import type { LeaseView } from '../lease/lease-view.ts';
import { fittingSpan, SPANS, type Span } from '../lease/span.ts';
import { momentText, tellEvent, tellLease } from '../lease/story.ts';
import { readTimeline } from '../lease/timeline.ts';
import { reveal } from '../text/reveal.ts';
import { duration, preciseTime } from '../text/time.ts';
import { LeaseChart } from './lease-chart.tsx';
import { useNow } from './use-app.ts';

interface LeasePanelProps {
  lease: LeaseView;
  status: HostStatus;
}

/** What a host's lease does, as a sentence, as a picture and as a list. */
export function LeasePanel({ lease, status }: LeasePanelProps) {
  const clock = useNow(1_000);
  const now = (lease.until ?? clock) + lease.clockAhead;
  const stale = lease.until !== null;
  const [chosen, setChosen] = useState<Span | null>(null);
  const { tone, headline, detail } = tellLease(status, now);
  const timeline = readTimeline(lease.events, status, now);
  const span = chosen ?? fittingSpan(timeline, now);
  const { counts } = status.lease;
  return (
    <>
      <AgentLine status={status} now={now} />
      <p class="lease-story" data-tone={stale ? 'stale' : tone} role="status">
        <strong>{stale ? `As it was at ${preciseTime(now)}:` : headline}</strong> {detail}
      </p>
      <LeaseChart timeline={timeline} now={now} span={span} summary={`${headline} ${detail}`} stale={stale} />
      <div class="lease-foot">
        <p class="quiet">
          {counts.started} {counts.started === 1 ? 'request' : 'requests'} for a token, {counts.failed} failed,{' '}
          {counts.suppressed} held back
        </p>
        <div class="spans" role="group" aria-label="How much time is shown">
          {SPANS.map((each) => (
            <button
              key={each}
              type="button"
              class="small ghost"
              aria-pressed={each === span}
              onClick={() => setChosen(each === chosen ? null : each)}
            >
              {duration(each)}
            </button>
          ))}
        </div>
      </div>
      <details class="lease-more">
        <summary>What this means, and what happened</summary>
        <Legend />
        <Happenings lease={lease} />
      </details>
    </>
  );
}

function AgentLine({ status, now }: { status: HostStatus; now: number }) {
  const { name, failures, lastFailure, retryAt } = status.agent;
  const running = status.streams.filter(({ management }) => !management).length;
  const next = retryAt === null ? '' : ` It is started again at ${momentText(Date.parse(retryAt), now)}.`;
  return (
    <p class="quiet">
      Agent <code title={name}>{reveal(shortName(name))}</code>:{' '}
      {running === 0 ? 'no conversation is open.' : `${running} open.`}
      {failures > 0 &&
        ` It failed ${failures === 1 ? 'once' : `${failures} times`}: ${reveal(lastFailure ?? '')}${next}`}
    </p>
  );
}

/** Of a program in a folder its name; an address as it is. */
const shortName = (name: string) => (name.includes('://') ? name : (name.split('/').at(-1) ?? name));

function Legend() {
  return (
    <>
      <p class="quiet">
        A host keeps its connection by a token that lives for a short time, and has to ask the relay for the next one.
        It asks early, in the shaded last part of the token’s life. When the relay fails, the host waits as long as it
        was told to, and asks nobody in between: until the token ends, nothing is lost.
      </p>
      <ul class="legend quiet">
        <li data-mark="link">connected</li>
        <li data-mark="token">token is good</li>
        <li data-mark="window">may be renewed</li>
        <li data-mark="good">asked, got a token</li>
        <li data-mark="bad">asked, got none</li>
        <li data-mark="pause">asks nothing</li>
      </ul>
    </>
  );
}

const MOST_HAPPENINGS = 30;

/** The newest first. */
function Happenings({ lease }: { lease: LeaseView }) {
  const told = lease.events
    .slice(-2 * MOST_HAPPENINGS)
    .map((event, at) => ({
      key: `${event.at}-${event.type}-${at}`,
      moment: Date.parse(event.at),
      words: tellEvent(event),
    }))
    .filter(({ words }) => words !== null)
    .slice(-MOST_HAPPENINGS)
    .reverse();
  if (told.length === 0) return null;
  return (
    <ol class="happenings" tabIndex={0} aria-label="What happened, the newest first">
      {told.map(({ key, moment, words }) => (
        <li key={key}>
          <time dateTime={new Date(moment).toISOString()}>{preciseTime(moment)}</time> {words}
        </li>
      ))}
    </ol>
  );
}
