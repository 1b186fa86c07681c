/** Which page of a list. */
export interface PageQuery<Place> {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  /** The place of the last one on the page before. */
  readonly after: Place | null;
}

/** A place in the order of making: rows of one millisecond are ordered by id. */
export interface MadePlace {
  readonly at: number;
  readonly id: string;
}

export function formatMadePlace({ at, id }: MadePlace): string {
  return `${at}.${id}`;
}

/** Null for what no page gave. */
export function parseMadePlace(cursor: string): MadePlace | null {
  const match = /^(\d{1,15})\.(\w{1,128})$/.exec(cursor);
  return match?.[1] === undefined || match[2] === undefined ? null : { at: Number(match[1]), id: match[2] };
}

/** A place that is a row's number. Null for what no page gave. */
export function parseRowPlace(cursor: string): number | null {
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : null;
}
