import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { type TestCertificate, testCertificate } from './certificates.ts';

/** Speaks TLS on a port of 127.0.0.1 and hands on what is inside. */
export interface TlsFront {
  readonly port: number;
  /** Names that were asked for by SNI, in order; empty where none was. */
  readonly names: readonly string[];
  close(): Promise<void>;
}

/** In front of a port of 127.0.0.1, with a certificate of the test authority. */
export async function startTlsFront(targetPort: number, certificate: TestCertificate = 'server'): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  const names: string[] = [];
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer(testCertificate(certificate), (client) => {
    names.push(client.servername === false || client.servername === null ? '' : client.servername);
    const target = connect(targetPort, '127.0.0.1');
    keep(target);
    client.pipe(target).pipe(client);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  server.on('connection', keep);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    names,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
