// What goes to disk: mail for a controller that is away, and all that goes to a host.
import { median } from '../common/statistics.ts';
import { askControllers, askHosts, type Field, usageOf } from './field.ts';
import type { Ran } from './host-worker.ts';

export interface Durable {
  /** Messages a second that were made durable and acked, and µs of CPU for each. */
  readonly rate: number;
  readonly cpu: number;
}

export interface DurablePaths {
  readonly toAbsentController: Durable;
  readonly toHost: Durable;
}

const WINDOW = 1_024;

export async function measureDurable(
  field: Field,
  { rounds, forMs }: { rounds: number; forMs: number },
): Promise<DurablePaths> {
  const absent: Durable[] = [];
  const toHost: Durable[] = [];
  for (let round = 0; round < rounds; round += 1) {
    absent.push(await whileAway(field, forMs));
    toHost.push(await upward(field, forMs));
  }
  const middle = (all: readonly Durable[]): Durable => ({
    rate: median(all.map(({ rate }) => rate)),
    cpu: median(all.map(({ cpu }) => cpu)),
  });
  return { toAbsentController: middle(absent), toHost: middle(toHost) };
}

async function whileAway(field: Field, forMs: number): Promise<Durable> {
  const { pairs: names } = field.holdfast;
  for (const name of names) await askControllers(field, { ask: 'close', name });
  const result = await metered(field, () =>
    askHosts<Ran>(field, { ask: 'run', names, kind: 'message', window: WINDOW, forMs, rate: null }),
  );
  // they come back for their mail, so that each round begins with an empty mailbox
  for (const name of names) await askControllers(field, { ask: 'open', name, stream_id: `stream-${name}` });
  for (let taken = 0; taken < result.sent; ) {
    ({ received: taken } = await askControllers<{ received: number }>(field, { ask: 'count', names }));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return result;
}

async function upward(field: Field, forMs: number): Promise<Durable> {
  const { pairs: names } = field.holdfast;
  const count = () => askHosts<number>(field, { ask: 'received', names });
  const before = await count();
  const result = await metered(field, () =>
    askControllers<Ran>(field, { ask: 'run', names, kind: 'message', window: WINDOW, forMs }),
  );
  const arrived = (await count()) - before;
  if (arrived !== result.sent)
    throw new Error(`${result.sent} messages were sent to hosts, and ${arrived} have arrived`);
  return result;
}

async function metered(field: Field, run: () => Promise<Ran>): Promise<Durable & { sent: number }> {
  const before = await usageOf(field.holdfast);
  const { sent, tookMs } = await run();
  const after = await usageOf(field.holdfast);
  return { sent, rate: sent / (tookMs / 1_000), cpu: (after.cpu - before.cpu) / sent };
}
