import type { TestContext } from 'node:test';
import { systemClock } from '@holdfast/lease';
import { Connection } from '../src/link/connection.ts';
import { shakeHands } from '../src/link/handshake.ts';

/** A connection without a host around it, to a relay that only a test could be. */
export function connectTo(t: TestContext, relay: string): { readonly firstText: Promise<string> } {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const handshake = shakeHands(
    { relay, serverToken: 'token', serverId: 'srv', serverName: 'machine', installationId: 'id', cursor: null },
    stop.signal,
  );
  const firstText = handshake.then(
    (outcome) =>
      new Promise<string>((resolve, reject) => {
        if (outcome.kind !== 'open') return reject(new Error(outcome.why));
        const connection = new Connection(outcome.socket, systemClock, () => null, {
          onText: (text) => {
            resolve(text);
            connection.close('done');
          },
          onClose: (why) => reject(new Error(why)),
        });
      }),
  );
  return { firstText };
}
