// The hosts of the bench, in a process of their own.
import { once } from 'node:events';
import { serve } from '../common/ipc.ts';
import { Crowd, type CrowdQuestion } from './crowd.ts';
import type { LoadKind } from './load-frame.ts';
import { LoadSender } from './load-sender.ts';
import { pacedRun } from './paced-run.ts';
import { RawLink, type Target } from './raw-link.ts';

export type HostQuestion =
  | { readonly ask: 'open'; readonly name: string; readonly target: Target; readonly ids: Ids }
  | { readonly ask: 'spoken-to' | 'close'; readonly name: string }
  | { readonly ask: 'received'; readonly names: readonly string[] }
  | Run
  | CrowdQuestion;

export interface Ids {
  readonly client_id: string;
  readonly stream_id: string;
}

export interface Run {
  readonly ask: 'run';
  readonly names: readonly string[];
  readonly kind: LoadKind;
  /** Frames of a link without an ack. */
  readonly window: number;
  readonly forMs: number;
  /** Messages a second on all links together; null: as many as go. */
  readonly rate: number | null;
}

export interface Ran {
  readonly sent: number;
  /** Until everything was acked, in ms. */
  readonly tookMs: number;
}

interface Host {
  readonly link: RawLink;
  readonly sender: LoadSender;
  readonly received: { messages: number };
}

const hosts = new Map<string, Host>();
const crowd = new Crowd();
const ACK = Buffer.from('"type":"ack"');
const MESSAGE = Buffer.from('"type":"client_message"');

serve(async (question: HostQuestion) => {
  switch (question.ask) {
    case 'open':
      return open(question.name, question.target, question.ids);
    case 'spoken-to':
      while (hostOf(question.name).received.messages === 0) await once(hostOf(question.name).link.socket, 'data');
      return null;
    case 'received':
      return question.names.reduce((sum, name) => sum + hostOf(name).received.messages, 0);
    case 'close':
      return hostOf(question.name).link.destroy();
    case 'run':
      return run(question);
    default:
      return crowd.answer(question);
  }
});

function hostOf(name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host is called ${name}`);
  return host;
}

async function open(name: string, target: Target, ids: Ids): Promise<null> {
  const sender = hosts.get(name)?.sender ?? new LoadSender({ type: 'server_message', ...ids });
  const received = { messages: 0 };
  const link = await RawLink.open(target, {
    onText: (payload) => {
      // both say so at their start
      const start = payload.subarray(0, 32);
      if (start.includes(ACK)) sender.onAck(payload);
      else if (start.includes(MESSAGE)) received.messages += 1;
    },
    onClose: () => {},
  });
  sender.on(link);
  hosts.set(name, { link, sender, received });
  return null;
}

async function run({ names, kind, window, forMs, rate }: Run): Promise<Ran> {
  const senders = names.map((name) => hostOf(name).sender);
  const from = performance.now();
  for (const sender of senders) sender.begin(kind, window);
  if (rate === null) {
    for (const sender of senders) sender.run();
    await new Promise((resolve) => setTimeout(resolve, forMs));
  } else await pacedRun(senders, rate, forMs);
  await Promise.all(senders.map((sender) => sender.end()));
  return { sent: senders.reduce((sum, { sent }) => sum + sent, 0), tookMs: performance.now() - from };
}
