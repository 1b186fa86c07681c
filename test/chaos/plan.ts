import type { Seeded } from '@holdfast/testkit';

/** What is done to the system. `ms`: for how long. */
export type Fault =
  | { readonly kind: 'cut'; readonly of: string; readonly how: 'reset' | 'end' }
  | { readonly kind: 'stall'; readonly of: string; readonly ms: number }
  | { readonly kind: 'drip'; readonly of: string; readonly ms: number; readonly bytesPerSecond: number }
  /** One side of every connection vanishes and the other is not told; after `ms` it is, unless that is left to it. */
  | { readonly kind: 'half open'; readonly of: string; readonly ms: number | null }
  | { readonly kind: 'away'; readonly of: string; readonly ms: number }
  | { readonly kind: 'latency'; readonly of: string; readonly ms: number; readonly delayMs: number }
  | { readonly kind: 'relay killed'; readonly ms: number }
  | { readonly kind: 'relay stopped'; readonly ms: number }
  | { readonly kind: 'host killed'; readonly of: string; readonly ms: number }
  | { readonly kind: 'controller vanishes'; readonly of: string }
  | { readonly kind: 'superseded'; readonly of: string }
  | { readonly kind: 'void'; readonly of: string }
  /** It asks for a lot, and is away while that comes. */
  | { readonly kind: 'flood'; readonly of: string; readonly ms: number };

export interface Planned {
  /** Since the planned one before. */
  readonly afterMs: number;
  readonly fault: Fault;
}

export interface Cast {
  readonly hosts: readonly string[];
  readonly rawHosts: readonly string[];
  readonly controllers: readonly string[];
  readonly rawControllers: readonly string[];
}

/** A run this long has the time to wait for a peer that finds out by itself, after a minute, that its link is dead. */
const PATIENT_MS = 4 * 60_000;

/** Each kind as often as it stands here. */
const KINDS: readonly Fault['kind'][] = [
  ...times(6, 'cut'),
  ...times(3, 'stall'),
  ...times(2, 'drip'),
  ...times(2, 'half open'),
  ...times(4, 'away'),
  ...times(2, 'latency'),
  ...times(4, 'relay killed'),
  ...times(1, 'relay stopped'),
  ...times(3, 'host killed'),
  ...times(2, 'controller vanishes'),
  ...times(4, 'superseded'),
  ...times(2, 'void'),
  ...times(2, 'flood'),
];

/** What is done, to whom and when, for so long. The same for the same seed. */
export function* plan(
  random: Seeded,
  { hosts, rawHosts, controllers, rawControllers }: Cast,
  runMs: number,
): Generator<Planned> {
  const everyHost = [...hosts, ...rawHosts];
  const everybody = [...everyHost, ...controllers, ...rawControllers];
  const raw = [...rawHosts, ...rawControllers];
  for (let at = 0; ; ) {
    const afterMs = random.between(100, 1_200);
    at += afterMs;
    if (at > runMs) return;
    yield { afterMs, fault: fault(random.pick(KINDS)) };
  }

  function fault(kind: Fault['kind']): Fault {
    const of = random.pick(everybody);
    const ms = random.between(300, 3_000);
    switch (kind) {
      case 'cut':
        return { kind, of, how: random.pick(['reset', 'end']) };
      case 'stall':
      case 'away':
        return { kind, of, ms };
      case 'drip':
        return { kind, of, ms, bytesPerSecond: random.pick([2_000, 20_000, 200_000]) };
      case 'latency':
        return { kind, of, ms, delayMs: random.between(20, 300) };
      case 'half open':
        return { kind, of, ms: runMs >= PATIENT_MS && random.chance(0.2) ? null : ms };
      case 'relay killed':
      case 'relay stopped':
        return { kind, ms: random.between(0, 800) };
      case 'host killed':
        return { kind, of: random.pick(everyHost), ms };
      case 'controller vanishes':
        return { kind, of: random.pick([...controllers, ...rawControllers]) };
      case 'superseded':
      case 'void':
        return { kind, of: random.pick(raw) };
      case 'flood':
        return { kind, of: random.pick([...controllers, ...rawControllers]), ms: random.between(2_000, 4_000) };
    }
  }
}

function times(count: number, what: Fault['kind']): Fault['kind'][] {
  return Array.from({ length: count }, () => what);
}
