// What there would be without a relay: two websockets, and each frame of the one sent on the other. No tokens, no storage, no bounds.
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { serve } from '../common/ipc.ts';
import { answerGauge, type GaugeQuestion } from './gauges.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, backlog: 4_096 });
const peers = new Map<string, WebSocket>();

server.on('connection', (socket, { url = '' }) => {
  const [, side = '', pair = ''] = url.split('/');
  if (side === 'idle') return;
  const other = `${side === 'host' ? 'controller' : 'host'}/${pair}`;
  peers.set(`${side}/${pair}`, socket);
  socket.on('message', (data, binary) => peers.get(other)?.send(data, { binary }));
});

serve(async (question: GaugeQuestion | { ask: 'port' }) =>
  question.ask === 'port' ? (server.address() as AddressInfo).port : answerGauge(question),
); // a server on a port has such an address
