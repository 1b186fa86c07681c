import {
  type Connect,
  EndpointDeadline,
  type EndpointDeadlineOptions,
  Link,
  type LinkOptions,
  RelayRequestError,
  reconnectDelay,
  ServerEndpoint,
} from '@holdfast/host/rules';
import { Lease, type RefreshAnswer, type RefreshAttempt, type RefreshOutcome } from '@holdfast/lease';
import { limits } from '@holdfast/wire';
import type { Answer, Token } from '../authority/answer.ts';
import { EPOCH_MS } from '../engine/machine-clock.ts';
import { deadlineOnDisk, leaseOnDisk } from '../fleet/disk.ts';
import type { HostProcess } from '../fleet/process.ts';
import { leaseOutcome } from './lease-outcome.ts';
import { askPatiently } from './patience.ts';
import type { Program } from './policy.ts';

/** What an ablation changes. The product has none of these switches: each works from the outside. */
export interface Ablation {
  /** The link and pairing have a lease each. */
  readonly leasePerPath?: boolean;
  readonly ignoresRetryAfter?: boolean;
  /** What the lease draws, by what it was told last. */
  readonly leaseRandom?: (random: () => number, last: () => Answer | null) => () => number;
  readonly linkRandom?: (random: () => number) => () => number;
  /** What the deadlines of handshakes and pairing draw. */
  readonly deadlineRandom?: () => number;
  /** What an answer becomes before the lease sees it. */
  readonly answer?: (answer: Answer, random: () => number) => Answer;
  readonly keepsFresh?: boolean;
  readonly windowMs?: number;
  /** What the link sees of the lease. */
  readonly linkLease?: (lease: Lease, process: HostProcess) => LinkOptions['lease'];
  readonly forgetsOnRestart?: boolean;
}

/** The real lease, link, gates and deadlines, on a simulated process. */
export function startHoldfast(process: HostProcess, ablation: Ablation = {}): Program {
  const { clock, random } = process;
  if (ablation.forgetsOnRestart === true) {
    process.disk.leases.clear();
    process.disk.deadlines.clear();
  }
  const lease = makeLease(process, ablation, 'link');
  const pairLease = ablation.leasePerPath === true ? makeLease(process, ablation, 'pairing') : lease;
  const linkRandom = ablation.linkRandom?.(random) ?? random;
  const deadlineOf = (endpoint: string, backoff?: EndpointDeadlineOptions['backoff']): EndpointDeadline =>
    new EndpointDeadline({
      endpoint,
      store: deadlineOnDisk(process.disk, endpoint),
      clock,
      random: ablation.deadlineRandom ?? random,
      ...(backoff === undefined ? {} : { backoff }),
    });
  const pairing = new ServerEndpoint(pairLease, deadlineOf('pairing'), clock, 'server');
  let lookAgain = (): void => {};
  const link = new Link({
    lease: ablation.linkLease?.(lease, process) ?? lease,
    deadline: deadlineOf('connecting', (failures) => reconnectDelay(failures - 1, linkRandom)),
    clock,
    random: linkRandom,
    connect: connectTo(process, ablation),
    watchSurroundings: (onChange) => {
      lookAgain = onChange;
      return { stop: () => {} };
    },
    describe: () => IDENTITY,
    onConnected: () => {},
    next: () => null,
    onText: () => {},
    onChange: () => {},
  });
  if (ablation.keepsFresh !== false) lease.keepFresh();
  link.start();
  return {
    pair: () => pairing.run((token) => pair(process, token)).then(isServed, isNotServed),
    woke: () => lookAgain(),
  };
}

const IDENTITY = { relay: 'simulated', serverId: 'srv', serverName: 'machine', installationId: 'id', cursor: null };
const isServed = (): boolean => true;
const isNotServed = (): boolean => false;

/** @param path names the lease on the disk */
export function makeLease(process: HostProcess, ablation: Ablation, path: string): Lease {
  const { clock, random } = process;
  let last: Answer | null = null;
  const lease = new Lease({
    name: 'server token',
    refresh: async ({ signal }: RefreshAttempt): Promise<RefreshOutcome> => {
      const came = await process.ask('refresh', null, signal);
      const answer = changed(came, ablation, random);
      last = answer;
      return leaseOutcome(answer, clock);
    },
    store: leaseOnDisk(process.disk, path, () => clock.monotonic()),
    timeoutMs: limits.httpTimeoutMs,
    clock,
    random: ablation.leaseRandom?.(random, () => last) ?? random,
    ...(ablation.windowMs === undefined ? {} : { windowMs: ablation.windowMs }),
  });
  if (process.firstToken !== null) adopt(lease, process.firstToken, process);
  return lease;
}

/** A token that was given out before the simulation began. */
function adopt(lease: Lease, { text, mintedAt, expiresAt }: Token, { clock }: HostProcess): void {
  const ago = clock.monotonic() - mintedAt;
  const answer: RefreshAnswer = {
    status: 200,
    requestId: null,
    retryAfter: null,
    date: new Date(EPOCH_MS + mintedAt).toUTCString(),
    receivedAt: { wall: clock.wall() - ago, monotonic: mintedAt },
  };
  lease.adopt({ token: text, expiresAt: EPOCH_MS + expiresAt, answer });
}

function changed(answer: Answer, { ignoresRetryAfter, answer: change }: Ablation, random: () => number): Answer {
  const heard = ignoresRetryAfter === true ? { ...answer, retryAfter: null } : answer;
  return change === undefined ? heard : change(heard, random);
}

function connectTo(process: HostProcess, ablation: Ablation): Connect {
  return async ({ serverToken }, signal) => {
    const came = await askPatiently(process, 'handshake', serverToken, signal);
    const { status, retryAfter, date } = changed(came, ablation, process.random);
    if (status === 401 || status === 403) return { kind: 'unauthorized', why: `answered with ${status}` };
    if (status !== 101) return { kind: 'failed', why: `answered with ${status ?? 'nothing'}`, retryAfter, date };
    return {
      kind: 'open',
      hold(_next, { onClose }) {
        const link = process.hold(onClose);
        return { pump: () => {}, doubt: () => link.doubt(), close: (why) => link.end(why) };
      },
      discard: () => {},
    };
  };
}

async function pair(process: HostProcess, token: string): Promise<void> {
  const { status, retryAfter, date } = await askPatiently(process, 'pair', token);
  if (status === 200) return;
  if (status === null) throw new RelayRequestError('the pairing got no answer');
  const headers = new Headers({ ...(retryAfter === null ? {} : { 'retry-after': retryAfter }), date: date ?? '' });
  throw new RelayRequestError(`the pairing was answered with ${status}`, {
    response: new Response(null, { status, headers }),
  });
}
