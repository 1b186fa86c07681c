import { z } from 'zod';
import { ENDPOINTS } from '../authority/answer.ts';

const share = z.number().min(0).max(1);
const seconds = z.number().min(0).max(86_400);
const positive = z.number().positive();

const window = {
  /** Seconds from the start of the scenario. */
  from: seconds,
  to: seconds,
};

const targets = {
  endpoints: z.array(z.enum(ENDPOINTS)).min(1).default(['refresh']),
  /** Of the requests, each by its own chance. */
  share: share.default(1),
};

/** What goes wrong at the authority; the names are those of a relay's drills, and `refused` and `slow` beside them. */
export const IncidentSchema = z.discriminatedUnion('fault', [
  z.strictObject({
    fault: z.enum(['500', '502', '503', '429']),
    ...window,
    ...targets,
    /** Seconds, the same for all; or `end`: a date, that of the incident's end. Left out: the answer names no moment. */
    retry_after: z.union([z.number().int().min(0), z.literal('end')]).optional(),
  }),
  z.strictObject({ fault: z.enum(['hang', 'refused', 'malformed']), ...window, ...targets }),
  z.strictObject({ fault: z.literal('slow'), ...window, ...targets, by: positive.max(600) }),
  /** Every link is cut at a moment of its own in the window. */
  z.strictObject({ fault: z.literal('cut-links'), ...window }),
]);

const AuthoritySchema = z.strictObject({
  /** How much more than the steady load it can do. */
  capacity: positive.max(10_000).default(20),
  /** Work on one request. */
  service_ms: positive.max(10_000).default(20),
  /** There and back. */
  round_trip_ms: z.number().min(0).max(10_000).default(60),
  /**
   * `reject`: what does not fit into `queue_seconds` of work is answered with 503. `collapse`: everything is queued, and worked on even
   * when whoever asked has gone. `pressure`: the relay's own admission control.
   */
  overload: z.enum(['reject', 'collapse', 'pressure']).default('pressure'),
  queue_seconds: positive.max(600).default(5),
});

const FleetSchema = z.strictObject({
  /** Mean life of a link, which then breaks off. 0: links hold. */
  link_life: seconds.default(7_200),
  /** Of each host, at random moments. */
  pairings_per_hour: z.number().min(0).max(60).default(0.5),
  /** `spread`: tokens of all ages. `together`: all were given out in one minute, `enrolled_ago` seconds before the start. */
  enrolled: z.enum(['spread', 'together']).default('spread'),
  enrolled_ago: seconds.default(0),
  /** Wall clocks that are wrong, half of them ahead and half behind. */
  wrong_clocks: z.strictObject({ share, by: seconds }).optional(),
  /** Hosts whose process dies `life` seconds after each start, and is started again `pause` seconds later. */
  crash_loop: z.strictObject({ share, life: positive.max(3_600), pause: z.number().min(0).max(3_600) }).optional(),
  /** Hosts that sleep from before the start, with expired tokens, and wake in the window. */
  asleep: z.strictObject({ share, wake_from: seconds, wake_to: seconds }).optional(),
});

/** A scenario as a file says it. Times are in seconds. */
export const ScenarioSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,64}$/, 'is lower-case letters, digits and hyphens, at most 64'),
  about: z.string().max(500),
  /** How long it is watched. */
  duration: z.number().min(60).max(86_400).default(3_600),
  token_life: z.number().min(30).max(86_400).default(3_600),
  authority: AuthoritySchema.prefault({}),
  fleet: FleetSchema.prefault({}),
  incidents: z.array(IncidentSchema).max(50).default([]),
});

export type Scenario = z.output<typeof ScenarioSchema>;
export type Incident = Scenario['incidents'][number];
export type AuthorityPlan = Scenario['authority'];
export type FleetPlan = Scenario['fleet'];
