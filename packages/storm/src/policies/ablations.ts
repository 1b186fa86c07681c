import type { LinkOptions } from '@holdfast/host/rules';
import type { Grant, Lease } from '@holdfast/lease';
import type { Answer } from '../authority/answer.ts';
import type { HostProcess } from '../fleet/process.ts';
import { type Ablation, startHoldfast } from './holdfast.ts';
import type { Policy } from './policy.ts';

function without(name: string, title: string, ablation: Ablation, rest: Partial<Policy> = {}): Policy {
  return {
    name: `holdfast-${name}`,
    title: `Holdfast, ${title}`,
    source: 'packages/lease, packages/host; one idea switched off from the outside',
    start: (process) => startHoldfast(process, ablation),
    ...rest,
  };
}

/** Holdfast with each of its ideas switched off in turn. */
export const ablations: readonly Policy[] = [
  without('per-path', 'a lease for each path', { leasePerPath: true }),
  without('deaf', 'Retry-After ignored', { ignoresRetryAfter: true }),
  without('no-jitter', 'nothing on top of Retry-After', {
    leaseRandom: nothingAfterRetryAfter,
    deadlineRandom: () => 0,
  }),
  without('no-growth', 'waits that do not grow', { answer: sameWaitAlways }),
  without('lazy', 'not kept fresh', { keepsFresh: false }),
  without('no-window', 'renewed when it has expired', { windowMs: 0 }),
  without('no-spread', 'renewed where the window opens', { leaseRandom: noSpread }),
  without('strict', 'no link before the deadline', { linkLease: onlyBeyondTheDeadline }),
  without('forgetful', 'deadlines forgotten by a restart', { forgetsOnRestart: true }),
  without('in-step', 'no jitter in reconnects', { linkRandom: () => () => 1 }),
  without('same-slot', 'a relay that tells all the same', {}, { authority: { spreads: false } }),
];

function nothingAfterRetryAfter(random: () => number, last: () => Answer | null): () => number {
  return () => (last()?.retryAfter == null ? random() : 0);
}

/** The first number that a lease draws with a token in hand, from an answer or from before the first second, says where in its window it renews. */
function noSpread(random: () => number, last: () => Answer | null): () => number {
  return () => {
    const answer = last();
    return answer === null || answer.token !== null ? 0 : random();
  };
}

/** As if each failure that names no moment asked for 24 to 33 s, on top of which the lease puts up to three. */
function sameWaitAlways(answer: Answer, random: () => number): Answer {
  if (answer.token !== null || answer.status === 101 || answer.retryAfter !== null) return answer;
  return { ...answer, retryAfter: String(24 + Math.floor(random() * 10)) };
}

/** A lease that gives no token while its authority may not be asked, as a host does that has one deadline for everything. */
function onlyBeyondTheDeadline(lease: Lease, { clock }: HostProcess): LinkOptions['lease'] {
  const ahead = (): number => Math.max(0, (lease.snapshot().retryAt ?? 0) - clock.wall());
  return {
    peek: () => (ahead() > 0 ? null : lease.peek()),
    acquire: (options) => lease.acquire(options),
    reject: (grant, reason) => lease.reject(grant, reason),
    async waitUntilReady(options): Promise<Grant> {
      for (let wait = ahead(); wait > 0; wait = ahead()) {
        await new Promise<void>((resolve) => void clock.setTimer(wait, resolve));
      }
      return lease.waitUntilReady(options);
    },
  };
}
