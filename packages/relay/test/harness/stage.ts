import assert from 'node:assert/strict';
import { parseFromController } from '@holdfast/wire';
import { HostFrames, wholeOf } from '../../src/passing/host-frame.ts';
import type { Port } from '../../src/ports.ts';
import type { Services } from '../../src/services.ts';
import type { Frame } from './peer.ts';
import { appFor } from './services.ts';

/** A host or a controller without a socket: takes everything it is given. */
export function listener(services: Services, dest: string, { takesDirect = false } = {}) {
  const taken: string[] = [];
  const had = new Set<number>();
  let sent = 0;
  const port: Port = {
    caughtUp: true,
    takesDirect,
    closed: false,
    silentMs: 0,
    send: (text) => void taken.push(String(text)),
    forward: (frame) => void taken.push(String(wholeOf(frame))),
    hasHad: (cursor) => void had.add(cursor),
    pump: () => {
      for (const { cursor, frame } of services.mailbox.after(dest, sent)) {
        sent = cursor;
        if (!had.has(cursor)) taken.push(Buffer.from(frame).toString());
      }
    },
    close: () => {},
    cut: () => {},
  };
  const frames = () => taken.map((text) => JSON.parse(text) as Frame); // what the relay sends
  return {
    port,
    frames,
    types: () => frames().map(({ type }) => type),
    /** The numbers of the frames of one type, as they came. */
    seqs: (type: string) => frames().flatMap((frame) => (frame.type === type ? [frame['seq_id']] : [])),
  };
}

/** A relay's parts, a host and a device that may reach it, without a socket between them. */
export async function stage(t: Parameters<typeof appFor>[0], options: Parameters<typeof appFor>[1] = {}) {
  const app = appFor(t, options);
  const grant = await app.enroll();
  const claimed = await app.claim({ pairing_code: String((await app.code(grant))['pairing_code']) });
  const [client_id, env_id] = [String(claimed.body['client_id']), String(grant['environment_id'])];
  const server = app.services.servers.get(String(grant['server_id']));
  assert.ok(server !== null);
  const { services } = app;
  const upward = (type: string, seq_id: number, { dest = client_id, stream_id = 's1' } = {}) =>
    services.switchboard.fromController(
      dest,
      parseFromController(JSON.stringify({ type, client_id, env_id, stream_id, seq_id, message: {} })),
      1,
    );
  const frames = new HostFrames(server.environmentId);
  const downward = (seq_id: number, stream_id = 's1') =>
    services.switchboard.fromHost(
      server.serverId,
      frames.read(Buffer.from(JSON.stringify({ type: 'server_message', client_id, stream_id, seq_id, message: {} }))),
    );
  const stream = () => services.streams.find(server.serverId, client_id, 's1');
  return { ...app, client_id, server, frames, upward, downward, stream };
}
