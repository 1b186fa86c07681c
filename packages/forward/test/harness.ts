import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { TestContext } from 'node:test';
import { Egress } from '@holdfast/egress';
import { Forwarder, type ForwarderOptions } from '../src/index.ts';

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A far side that answers as the test says. */
export async function startFarSide(t: TestContext, listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

/** A forwarder to it; what it tells is kept. */
export async function startForward(
  t: TestContext,
  relay: string,
  { env = {}, caFile, ...more }: Partial<ForwarderOptions> & { env?: Record<string, string>; caFile?: string } = {},
): Promise<{ forwarder: Forwarder; told: string[] }> {
  const egress = new Egress({ env, caFile });
  const told: string[] = [];
  const forwarder = await Forwarder.start({
    relay,
    listen: { host: '127.0.0.1', port: 0 },
    egress,
    onUnreachable: (why) => told.push(why),
    onReachable: () => told.push('reached'),
    ...more,
  });
  t.after(async () => {
    await forwarder.close();
    await egress.close();
  });
  return { forwarder, told };
}
