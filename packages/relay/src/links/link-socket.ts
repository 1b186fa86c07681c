import { WebSocket } from 'ws';
import type { OpenSockets } from './open-sockets.ts';

/** Who hears what happens on a websocket. */
export interface Listener {
  onMessage(data: WebSocket.RawData, isBinary: boolean): void;
  onPong(payload: Buffer): void;
  onClose(code: number, reason: Buffer): void;
  onError(error: Error): void;
}

/**
 * A websocket that knows its link: all links of hosts share the same four listeners, where a set for each would be some hundred
 * bytes more of what it holds.
 */
export class LinkSocket extends WebSocket {
  #listener: Listener | null = null;
  #open: OpenSockets | null = null;

  /** Is one of them until it has ended. Once, and before it is listened to. */
  belongTo(open: OpenSockets): void {
    this.#open = open;
    open.add(this);
    this.on('close', onClose);
  }

  /** Once, in place of listeners of its own. */
  listen(listener: Listener): void {
    this.#listener = listener;
    this.on('message', onMessage);
    this.on('pong', onPong);
    this.on('error', onError);
  }

  static listenerOf(socket: WebSocket): Listener | null {
    return socket instanceof LinkSocket ? socket.#listener : null;
  }

  static ended(socket: WebSocket, code: number, reason: Buffer): void {
    if (!(socket instanceof LinkSocket)) return;
    socket.#open?.delete(socket);
    socket.#listener?.onClose(code, reason);
  }
}

function onMessage(this: WebSocket, data: WebSocket.RawData, isBinary: boolean): void {
  LinkSocket.listenerOf(this)?.onMessage(data, isBinary);
}

function onPong(this: WebSocket, payload: Buffer): void {
  LinkSocket.listenerOf(this)?.onPong(payload);
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  LinkSocket.ended(this, code, reason);
}

function onError(this: WebSocket, error: Error): void {
  LinkSocket.listenerOf(this)?.onError(error);
}
