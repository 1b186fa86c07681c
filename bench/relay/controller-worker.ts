// The controllers of the bench, in a process of their own. They take what comes, and ack as a Holdfast controller does.
import { connectionPayload, DEVICE_KEY_ALGORITHM, type SocketChallenge, sign } from '@holdfast/wire';
import { TestController } from '../../packages/relay/test/harness/controller.ts';
import { serve } from '../common/ipc.ts';
import { type LoadKind, nowMicros, sentAtOf } from './load-frame.ts';
import { LoadSender } from './load-sender.ts';
import { RawLink } from './raw-link.ts';

export type ControllerQuestion =
  | { readonly ask: 'claim'; readonly name: string; readonly base: string; readonly code: Record<string, unknown> }
  | { readonly ask: 'open'; readonly name: string; readonly stream_id: string }
  | { readonly ask: 'open-bare'; readonly name: string; readonly port: number; readonly path: string }
  | { readonly ask: 'initialize' | 'close'; readonly name: string }
  | { readonly ask: 'timed'; readonly on: boolean }
  | { readonly ask: 'count'; readonly names: readonly string[] }
  | { readonly ask: 'delays' }
  | Upload;

export interface Upload {
  readonly ask: 'run';
  readonly names: readonly string[];
  readonly kind: LoadKind;
  readonly window: number;
  readonly forMs: number;
}

export interface Count {
  readonly received: number;
  /** µs, by the clock of the machine. */
  readonly at: number;
}

/** As a Holdfast controller gathers its acks. */
const ACK_EVERY = 32;
const ACK_AFTER_MS = 20;

interface Known {
  readonly base: string;
  readonly controller: TestController;
}

interface Open {
  readonly link: RawLink;
  readonly sender: LoadSender;
  readonly ackHead: string;
  received: number;
  unacked: number;
  last: Buffer | null;
}

const known = new Map<string, Known>();
const open = new Map<string, Open>();
/** µs of each message since it was made; null while nobody wants to know. */
let delays: number[] | null = null;

serve(async (question: ControllerQuestion) => {
  switch (question.ask) {
    case 'claim': {
      const controller = await TestController.claim(question.base, question.code);
      known.set(question.name, { base: question.base, controller });
      return { client_id: controller.clientId, env_id: controller.environmentId };
    }
    case 'open':
      return openProven(question.name, question.stream_id);
    case 'open-bare': {
      const { name, port, path } = question;
      await take(name, { port, path, headers: {} }, { client_id: 'cli_bare', env_id: 'env_bare', stream_id: name });
      return null;
    }
    case 'initialize': {
      const { link, ackHead } = openOf(question.name);
      const head = ackHead.replace('"type":"ack"', '"type":"client_message"');
      link.send(`${head},"seq_id":1,"message":{"id":1,"method":"initialize","params":{}}}`);
      return null;
    }
    case 'close':
      return openOf(question.name).link.destroy();
    case 'timed':
      delays = question.on ? [] : null;
      return null;
    case 'delays':
      return delays ?? [];
    case 'count': {
      const received = question.names.reduce((sum, name) => sum + openOf(name).received, 0);
      return { received, at: nowMicros() } satisfies Count;
    }
    case 'run':
      return upload(question);
  }
});

setInterval(() => {
  for (const one of open.values()) if (one.unacked > 0) ack(one);
}, ACK_AFTER_MS);

function openOf(name: string): Open {
  const found = open.get(name);
  if (found === undefined) throw new Error(`no controller is called ${name}`);
  return found;
}

async function openProven(name: string, stream_id: string): Promise<null> {
  const { base, controller } = known.get(name) ?? fail(`${name} has claimed nothing`);
  const headers = {
    'x-codex-client-session-token': `Bearer ${controller.token}`,
    'x-codex-client-id': controller.clientId,
    'x-codex-protocol-version': '3',
  };
  const { clientId: client_id, environmentId: env_id } = controller;
  const { port, pathname } = new URL(`${base}/codex/remote/control/client`);
  const ids = { client_id, env_id, stream_id };
  const challenge = await take(name, { port: Number(port), path: pathname, headers }, ids, true);
  const { link, ackHead } = openOf(name);
  const payload = connectionPayload(JSON.parse(challenge.toString()) as SocketChallenge); // our own relay's first frame
  const { signature_der_base64, signed_payload_base64 } = await sign(controller.key.privateKey, payload);
  const proof = {
    type: 'device_key_proof',
    keyId: controller.key.identity.key_id,
    signatureDerBase64: signature_der_base64,
    signedPayloadBase64: signed_payload_base64,
    algorithm: DEVICE_KEY_ALGORITHM,
  };
  link.send(JSON.stringify(proof));
  link.send(`${ackHead},"seq_id":0}`); // says that it acks end to end
  return null;
}

/** Opens a link. The first frame where there is one to be waited for. */
async function take(
  name: string,
  target: { port: number; path: string; headers: Record<string, string> },
  ids: { client_id: string; env_id: string; stream_id: string },
  awaitsFirst = false,
): Promise<Buffer> {
  const first = Promise.withResolvers<Buffer>();
  let awaited = awaitsFirst;
  const link = await RawLink.open(target, {
    onText: (payload) => {
      if (awaited) {
        awaited = false;
        first.resolve(Buffer.from(payload));
      } else receive(openOf(name), payload);
    },
    onClose: () => first.reject(new Error('the link was closed')),
  });
  first.promise.catch(() => {}); // whoever awaits it has it
  const sender = open.get(name)?.sender ?? new LoadSender({ type: 'client_message', ...ids });
  sender.on(link);
  const ackHead = JSON.stringify({ type: 'ack', ...ids }).slice(0, -1);
  open.set(name, { link, sender, ackHead, received: 0, unacked: 0, last: null });
  return awaitsFirst ? first.promise : Buffer.alloc(0);
}

function receive(one: Open, payload: Buffer): void {
  if (payload.length < 256) {
    if (payload.includes('"type":"ack"')) one.sender.onAck(payload);
    return;
  }
  one.received += 1;
  one.unacked += 1;
  one.last = payload;
  delays?.push(nowMicros() - sentAtOf(payload));
  if (one.unacked >= ACK_EVERY) ack(one);
}

function ack(one: Open): void {
  if (one.last === null) return;
  one.unacked = 0;
  const positions = /"seq_id":\d+(?:,"segment_id":\d+)?/.exec(one.last.toString('latin1', 0, 512));
  one.link.send(`${one.ackHead},${positions?.[0]}}`);
}

async function upload({ names, kind, window, forMs }: Upload): Promise<{ sent: number; tookMs: number }> {
  const senders = names.map((name) => openOf(name).sender);
  const from = performance.now();
  for (const sender of senders) {
    sender.begin(kind, window);
    sender.run();
  }
  await new Promise((resolve) => setTimeout(resolve, forMs));
  await Promise.all(senders.map((sender) => sender.end()));
  return { sent: senders.reduce((sum, { sent }) => sum + sent, 0), tookMs: performance.now() - from };
}

function fail(why: string): never {
  throw new Error(why);
}
