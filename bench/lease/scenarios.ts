/** What the authority answers to a request for a token. */
export type TokenAnswer =
  | { readonly kind: 'token'; readonly lifeS: number; readonly refreshInS?: number | undefined }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterS?: number | undefined }
  | { readonly kind: 'hang' };

/** What a subject holds when the storm begins. `due`: a valid token that the subject itself wants to renew. */
export type Start = 'nothing' | 'due' | 'fresh';

export type ScenarioName = 'throttled' | 'unavailable' | 'hanging' | 'revoked' | 'revoked-late' | 'short-lived';

export interface Scenario {
  readonly name: ScenarioName;
  readonly title: string;
  readonly start: Start;
  /** The authority's answers from the moment the storm begins. */
  readonly answer: TokenAnswer;
  /** `callers`: 20 of them, 100 ms apart. `refused`: 20 of them, whose token the API refuses. `sequence`: one that asks 50 times. */
  readonly load: 'callers' | 'refused' | 'sequence';
  /** Over how long the API's refusals are spread, in ms, in the order of the callers. */
  readonly refusalSpreadMs: number;
  /** What the lease has set itself: the most requests, early ones, calls not served and ms, and the fewest calls served. */
  readonly marks: {
    readonly requests: number;
    readonly early?: number;
    readonly notServed?: number;
    readonly slowestMs?: number;
    readonly served?: number;
  };
}

export const CALLERS = 20;
export const PAUSE_MS = 100;
export const ROUND_TRIP_MS = 50;
export const SEQUENCE = 50;

export const FRESH: TokenAnswer = { kind: 'token', lifeS: 3_600 };

export const scenarios: readonly Scenario[] = [
  {
    name: 'throttled',
    title: 'valid token, 429 with Retry-After: 4',
    start: 'due',
    answer: { kind: 'status', status: 429, retryAfterS: 4 },
    load: 'callers',
    refusalSpreadMs: 0,
    marks: { requests: 2, early: 0, notServed: 0, slowestMs: 50 },
  },
  {
    name: 'unavailable',
    title: 'no token, 503',
    start: 'nothing',
    answer: { kind: 'status', status: 503 },
    load: 'callers',
    refusalSpreadMs: 0,
    marks: { requests: 2 },
  },
  {
    name: 'hanging',
    title: 'valid token, the refresh hangs',
    start: 'due',
    answer: { kind: 'hang' },
    load: 'callers',
    refusalSpreadMs: 0,
    marks: { requests: 2, notServed: 0, slowestMs: 50 },
  },
  {
    name: 'revoked',
    title: 'token revoked, 20 callers refused at once',
    start: 'fresh',
    answer: FRESH,
    load: 'refused',
    refusalSpreadMs: 0,
    marks: { requests: 1, served: 20 },
  },
  {
    name: 'revoked-late',
    title: 'token revoked, 20 refusals spread over 1 s',
    start: 'fresh',
    answer: FRESH,
    load: 'refused',
    refusalSpreadMs: 1_000,
    marks: { requests: 1, served: 20 },
  },
  {
    name: 'short-lived',
    title: 'token life 90 s, 50 acquires, healthy',
    start: 'nothing',
    answer: { kind: 'token', lifeS: 90 },
    load: 'sequence',
    refusalSpreadMs: 0,
    marks: { requests: 2 },
  },
];

export function scenarioNamed(name: string | undefined): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario is called ${name}`);
  return found;
}
