import type { Stretch, Timeline } from './timeline.ts';

/** How much of time is shown at once, in ms. */
export const SPANS = [3 * 60_000, 15 * 60_000, 2 * 60 * 60_000] as const;
export type Span = (typeof SPANS)[number];

/** Now stands here, from the left: what was is as interesting as what comes. */
const NOW_AT = 0.55;

/** The moments at both ends. */
export function viewOf(span: Span, now: number): Stretch {
  return { from: now - span * NOW_AT, to: now + span * (1 - NOW_AT) };
}

/** The closest look that shows what matters now: the trouble since its beginning, else the token from its beginning to its end. */
export function fittingSpan({ asks, tokens, pauses }: Timeline, now: number): Span {
  const lastGood = asks.findLastIndex(({ ok }) => ok);
  const trouble = asks.slice(lastGood + 1).find(({ answeredAt }) => answeredAt !== null);
  const token = tokens.at(-1);
  const pause = pauses.findLast(({ to }) => to > now);
  const oldest = trouble?.at ?? token?.from ?? now;
  const newest = trouble === undefined ? (token?.to ?? now) : Math.max(pause?.to ?? now, now);
  return SPANS.find((span) => fits(viewOf(span, now), oldest, newest)) ?? SPANS[2];
}

const fits = ({ from, to }: Stretch, oldest: number, newest: number) => from <= oldest && newest <= to;

/** Between two marks of the axis, in ms. */
const STEPS = [30_000, 60_000, 5 * 60_000, 15 * 60_000, 30 * 60_000, 60 * 60_000] as const;
/** What a mark's time needs, in px. */
const LABEL_PX = 68;

/**
 * Round moments to be marked, none at the very edge, and none where it says "now".
 *
 * @param width of the picture, in px
 */
export function ticksOf({ from, to }: Stretch, now: number, width: number): readonly number[] {
  const label = ((to - from) * LABEL_PX) / width;
  const step = STEPS.find((each) => each >= label) ?? to - from;
  const edge = label / 2;
  const first = Math.ceil((from + edge) / step) * step;
  const ticks: number[] = [];
  for (let tick = first; tick < to - edge; tick += step) if (Math.abs(tick - now) > edge * 1.5) ticks.push(tick);
  return ticks;
}
