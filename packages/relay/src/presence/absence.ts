/** How a link ended. */
export interface LinkEnd {
  readonly code: number;
  readonly reason: string;
  /** Who ended it. */
  readonly by: 'relay' | 'host';
}

/** Why a host is not reached any more, for the person who looks for it. */
export function whyGone({ code, reason, by }: LinkEnd): string {
  // what a host gives as its reason cannot move a cursor
  const words = reason.replace(/\p{Cc}+/gu, ' ').trim();
  if (by === 'relay') return `The relay closed its link (${code}${words === '' ? '' : `: ${words}`}).`;
  if (code === 1006)
    return 'Its link ended without a word (1006): the machine, its network or the host process went away.';
  if (code === 1000 || code === 1001 || code === 1005)
    return `The host closed its link (${code}): it was stopped, or the machine was.`;
  return `The host closed its link (${code}${words === '' ? '' : `: ${words}`}).`;
}

export const NEVER_CONNECTED = 'It has not connected since it enrolled.';
export const JUST_CONNECTED = 'It has just connected, and has not answered yet.';
export const DOES_NOT_ANSWER =
  'Its link is up, but the host behind it does not answer: it may be overloaded, stopped or cut off.';
export const RELAY_ENDED = 'The relay ended without a word, and the host has not come back yet.';
export const RELAY_STOPPED = 'The relay was stopped, and the host has not come back yet.';
