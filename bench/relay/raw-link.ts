// A websocket client that costs next to nothing, so that what stands between two of them is what is measured. Enough of RFC 6455 for
// a peer that is known: whole frames, no extensions.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface Target {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RawLinkEvents {
  readonly onText: (payload: Buffer) => void;
  readonly onClose: () => void;
}

/** A handshake that was answered, and not with 101. */
export class HandshakeRefused extends Error {
  readonly status: number;
  /** What the answer said; 0 for nothing. */
  readonly retryAfterMs: number;

  constructor(head: string) {
    super(`the handshake was refused: ${head.split('\r\n', 1)[0]}`);
    this.status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
    this.retryAfterMs = Number(/\r\nretry-after: (\d+)/i.exec(head)?.[1] ?? 0) * 1_000;
  }
}

const MASK = [0x5a, 0xc3, 0x91, 0x2e] as const;
const [TEXT, CLOSE, PING, PONG] = [1, 8, 9, 10] as const;
const NOTHING = Buffer.alloc(0);

export class RawLink {
  readonly socket: Socket;
  readonly #events: RawLinkEvents;
  #rest: Buffer = NOTHING;

  private constructor(socket: Socket, events: RawLinkEvents) {
    this.socket = socket;
    this.#events = events;
  }

  /** @throws HandshakeRefused, or what the network says */
  static open({ port, path, headers }: Target, events: RawLinkEvents): Promise<RawLink> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const link = new RawLink(socket, events);
      const fields = Object.entries({ ...headers, 'sec-websocket-key': randomBytes(16).toString('base64') });
      const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n${lines}\r\n`,
      );
      const onHead = (chunk: Buffer): void => {
        const head = Buffer.concat([link.#rest, chunk]);
        const end = head.indexOf('\r\n\r\n');
        link.#rest = head;
        if (end === -1) return;
        socket.off('data', onHead);
        const text = head.toString('latin1', 0, end);
        if (!text.startsWith('HTTP/1.1 101')) {
          socket.destroy();
          reject(new HandshakeRefused(text));
          return;
        }
        link.#rest = NOTHING;
        socket.on('data', (data: Buffer) => link.#onData(data));
        socket.once('close', events.onClose);
        resolve(link);
        if (head.length > end + 4) link.#onData(head.subarray(end + 4));
      };
      socket.on('data', onHead);
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('the socket was closed in the handshake')));
    });
  }

  send(text: string): void {
    this.socket.write(maskedFrame(TEXT, Buffer.from(text)));
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Likewise, so that its port may be used again at once. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  #onData(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= data.length) {
      const short = data.readUInt8(at + 1) & 0x7f;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + header > data.length) break;
      const length = short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : data.readUIntBE(at + 4, 6);
      const end = at + header + length;
      if (end > data.length) break;
      this.#onFrame(data.readUInt8(at) & 0x0f, data.subarray(at + header, end));
      at = end;
    }
    this.#rest = at === data.length ? NOTHING : data.subarray(at);
  }

  #onFrame(opcode: number, payload: Buffer): void {
    if (opcode === TEXT) this.#events.onText(payload);
    else if (opcode === PING) this.socket.write(maskedFrame(PONG, payload));
    else if (opcode === CLOSE) this.socket.end(maskedFrame(CLOSE, payload));
  }
}

/** A whole frame of a client, which masks what it sends. */
export function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const header = payload.length < 126 ? 6 : payload.length < 65_536 ? 8 : 14;
  const frame = Buffer.alloc(header + payload.length);
  frame[0] = 0x80 | opcode;
  if (header === 6) frame[1] = 0x80 | payload.length;
  else if (header === 8) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(payload.length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeUIntBE(payload.length, 4, 6);
  }
  frame.set(MASK, header - 4);
  for (let at = 0; at < payload.length; at += 1) frame[header + at] = (payload[at] ?? 0) ^ maskAt(at);
  return frame;
}

export const maskAt = (index: number): number => MASK[index & 3] ?? 0;
