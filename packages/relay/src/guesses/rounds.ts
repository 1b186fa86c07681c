/** How much may go wrong. Times are milliseconds. */
export interface RoundsOptions {
  /** Wrong ones in a round. */
  readonly most: number;
  /** How long a round lasts, and the first wait when it is used up before; the wait doubles with each round in a row that is. */
  readonly roundMs: number;
  /** The longest wait. */
  readonly capMs: number;
}

export interface Round {
  readonly wrong: number;
  readonly endsAt: number;
  /** Rounds in a row, before this one, that were used up. */
  readonly usedUp: number;
}

/** How long to wait, in milliseconds; 0 when one more may be tried. */
export function waitOf(round: Round | undefined, { most }: RoundsOptions, now: number): number {
  return round === undefined || round.wrong < most ? 0 : Math.max(0, round.endsAt - now);
}

/** How many more may go wrong before there is a wait. */
export function leftOf(round: Round | undefined, { most }: RoundsOptions, now: number): number {
  return round === undefined || round.endsAt <= now ? most : Math.max(0, most - round.wrong);
}

/** After one more went wrong. Whoever keeps still for as long as the longest wait has a clean slate. */
export function afterWrong(round: Round | undefined, options: RoundsOptions, now: number): Round {
  const { most, roundMs, capMs } = options;
  const current = round !== undefined && round.endsAt > now ? round : nextRound(round, options, now);
  const wrong = current.wrong + 1;
  if (wrong < most) return { ...current, wrong };
  return { ...current, wrong, endsAt: now + Math.min(capMs, roundMs * 2 ** Math.min(current.usedUp, 30)) };
}

function nextRound(round: Round | undefined, { most, roundMs, capMs }: RoundsOptions, now: number): Round {
  const inARow = round !== undefined && round.wrong >= most && now - round.endsAt < capMs;
  return { wrong: 0, endsAt: now + roundMs, usedUp: inARow ? round.usedUp + 1 : 0 };
}
