import { useId, useRef } from 'preact/hooks';
import { type Span, ticksOf, viewOf } from '../lease/span.ts';
import { momentText } from '../lease/story.ts';
import type { Ask, Stretch, Timeline, TokenLife } from '../lease/timeline.ts';
import { clockTime, preciseTime } from '../text/time.ts';
import { useWidth } from './use-width.ts';

interface LeaseChartProps {
  timeline: Timeline;
  now: number;
  span: Span;
  /** What it shows, for who does not see it. */
  summary: string;
  /** It is told no more: "now" was a while ago. */
  stale: boolean;
}

/** Lanes from above, in px; across, everything is a share of the width. */
const LINK = { label: 12, bar: 18 };
const TOKEN = { label: 46, bar: 52 };
const ASKS = { label: 80, bar: 86 };
const BAR = 12;
const FLOOR = 104;
const HEIGHT = 122;

/** Link, token and requests of a host over time: what was to the left of "now", what is to come to the right. */
export function LeaseChart({ timeline, now, span, summary, stale }: LeaseChartProps) {
  const view = viewOf(span, now);
  const x = (moment: number) => `${(share(moment, view) * 100).toFixed(2)}%`;
  const seen = <T extends Stretch>(stretches: readonly T[]) =>
    stretches.filter(({ from, to }) => to > view.from && from < view.to);
  const tokens = seen(timeline.tokens);
  const pauses = seen(timeline.pauses);
  const last = timeline.tokens.at(-1);
  const pause = timeline.pauses.findLast(({ to }) => to > now);
  const nowX = x(now);
  const chart = useRef<SVGSVGElement>(null);
  const width = useWidth(chart);
  const hatch = useId();
  return (
    <svg ref={chart} class="lease-chart" role="img" aria-label={summary} width="100%" height={HEIGHT}>
      <defs>
        <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="hatch" width="2.5" height="6" />
        </pattern>
      </defs>
      {ticksOf(view, now, width).map((tick) => (
        <g key={tick}>
          <line class="tick" x1={x(tick)} x2={x(tick)} y1="6" y2={FLOOR} />
          <text class="tick-label" x={x(tick)} y={HEIGHT - 4}>
            {tick % 60_000 === 0 ? clockTime(tick) : preciseTime(tick)}
          </text>
        </g>
      ))}
      <text class="lane" x="0" y={LINK.label}>
        Link
      </text>
      <line class="ground" x1="0" x2="100%" y1={LINK.bar + BAR / 2} y2={LINK.bar + BAR / 2} />
      {seen(timeline.links).map((link) => (
        <Bar key={link.from} kind="link" stretch={link} view={view} y={LINK.bar} />
      ))}
      <text class="lane" x="0" y={TOKEN.label}>
        Token
      </text>
      <line class="ground" x1="0" x2="100%" y1={TOKEN.bar + BAR / 2} y2={TOKEN.bar + BAR / 2} />
      {tokens.map((token) => (
        <TokenBar key={token.from} token={token} view={view} now={now} hatch={hatch} />
      ))}
      {last !== undefined && (
        <Until
          x={share(last.to, view)}
          y={TOKEN.label}
          text={`ends ${momentText(last.to, now)}`}
          shown={last.to > now}
        />
      )}
      <text class="lane" x="0" y={ASKS.label}>
        Requests
      </text>
      <line class="ground" x1="0" x2="100%" y1={ASKS.bar + BAR / 2} y2={ASKS.bar + BAR / 2} />
      {pauses.map((each) => (
        <Bar key={each.from} kind="pause" stretch={each} view={view} y={ASKS.bar} />
      ))}
      {pause !== undefined && (
        <Until x={share(pause.to, view)} y={ASKS.label} text={`next ${momentText(pause.to, now)}`} shown />
      )}
      {timeline.asks
        .filter(({ at, answeredAt }) => (answeredAt ?? at) >= view.from)
        .map((ask) => (
          <AskMark key={ask.at} ask={ask} x={x(ask.answeredAt ?? ask.at)} />
        ))}
      <line class="now" x1={nowX} x2={nowX} y1="2" y2={FLOOR} />
      <text class="now-label" x={nowX} y={HEIGHT - 4}>
        {stale ? preciseTime(now) : 'now'}
      </text>
    </svg>
  );
}

const share = (moment: number, { from, to }: Stretch): number =>
  Math.min(1, Math.max(0, (moment - from) / (to - from)));

interface BarProps {
  kind: 'link' | 'token' | 'window' | 'pause' | 'to-come';
  stretch: Stretch;
  view: Stretch;
  y: number;
  fill?: string;
}

function Bar({ kind, stretch, view, y, fill }: BarProps) {
  const left = share(stretch.from, view);
  const width = share(stretch.to, view) - left;
  if (width <= 0) return null;
  return (
    <rect class={`bar-${kind}`} x={`${left * 100}%`} width={`${width * 100}%`} y={y} height={BAR} rx="2" fill={fill}>
      <title>{`${preciseTime(Math.max(stretch.from, view.from))} to ${preciseTime(stretch.to)}`}</title>
    </rect>
  );
}

interface TokenBarProps {
  token: TokenLife;
  view: Stretch;
  now: number;
  /** The id of the pattern. */
  hatch: string;
}

/** What is left of it is drawn as an outline, its window hatched. */
function TokenBar({ token, view, now, hatch }: TokenBarProps) {
  const past = { from: token.from, to: Math.min(token.to, now) };
  const rest = { from: Math.max(token.from, now), to: token.to };
  const window = { from: Math.max(token.windowFrom, token.from), to: token.to };
  return (
    <>
      <Bar kind="token" stretch={past} view={view} y={TOKEN.bar} />
      <Bar kind="to-come" stretch={rest} view={view} y={TOKEN.bar} />
      <Bar kind="window" stretch={window} view={view} y={TOKEN.bar} fill={`url(#${hatch})`} />
    </>
  );
}

/** Kept inside of the picture. */
function Until({ x, y, text, shown }: { x: number; y: number; text: string; shown: boolean }) {
  if (!shown) return null;
  return (
    <text class="until" x={`${x * 100}%`} y={y} text-anchor="end">
      {text}
    </text>
  );
}

function AskMark({ ask, x }: { ask: Ask; x: string }) {
  const kind = ask.answeredAt === null ? 'open' : ask.ok ? 'good' : 'bad';
  const answer = ask.status ?? { open: 'not answered yet', good: 'a token', bad: 'no answer' }[kind];
  return (
    <svg x={x} y={ASKS.bar + BAR / 2} overflow="visible" class={`ask-${kind}`} aria-hidden="true">
      {kind === 'bad' ? <path d="M-4-4L4 4M4-4L-4 4" /> : <circle r="4.5" />}
      <title>{`${preciseTime(ask.at)}: ${answer}`}</title>
    </svg>
  );
}
