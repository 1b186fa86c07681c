import type { TestContext } from 'node:test';
import {
  type ConnectOptions,
  type Controller,
  type Credentials,
  claimCode,
  connect,
  type Stream,
} from '@holdfast/controller';
import type { FromController } from '@holdfast/wire';
import { FakeRelay } from './fake-relay.ts';

export const INITIALIZE = '{"id":0,"method":"initialize","params":{}}';
export const device = { display_name: 'a phone' };

/** A relay that ends with the test. */
export async function startRelay(t: TestContext): Promise<FakeRelay> {
  const relay = new FakeRelay();
  await relay.start();
  t.after(() => relay.stop());
  return relay;
}

export function claim(relay: FakeRelay): Promise<Credentials> {
  return claimCode({ base: relay.base, code: 'ABCD-2345', device });
}

export type Extra = Partial<
  Pick<ConnectOptions, 'clock' | 'random' | 'maxIncoming' | 'maxOutgoing' | 'onOnline' | 'WebSocket'>
>;

/** A controller that ends with the test; it waits for nothing between two attempts unless told otherwise. */
export async function startController(
  t: TestContext,
  relay: FakeRelay,
  extra: Extra = {},
  credentials?: Credentials,
): Promise<Controller> {
  const controller = connect({ credentials: credentials ?? (await claim(relay)), random: () => 0, ...extra });
  t.after(() => controller.close());
  return controller;
}

/** A stream whose initialize has reached the relay, and the frame that brought it. */
export async function openStream(
  relay: FakeRelay,
  controller: Controller,
): Promise<{ stream: Stream; opening: FromController }> {
  const stream = controller.openStream('env_1');
  stream.send(INITIALIZE);
  const opening = await relay.until(() => relay.frames.find((frame) => frame.stream_id === stream.id), 'initialize');
  return { stream, opening };
}

/** Takes so many messages. */
export async function take(stream: Stream, count: number): Promise<string[]> {
  const taken: string[] = [];
  const messages = stream.messages[Symbol.asyncIterator]();
  while (taken.length < count) {
    const { done, value } = await messages.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

/** Settles when the controller is in that state. */
export function reaches(controller: Controller, state: Controller['state']): Promise<void> {
  if (controller.state === state) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = controller.on('state', (event) => {
      if (event.state !== state) return;
      stop();
      resolve();
    });
  });
}
