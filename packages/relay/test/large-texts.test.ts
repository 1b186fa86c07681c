import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Seeded } from '@holdfast/testkit';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAX_FRAME_BYTES } from '../src/links/incoming.ts';
import { takeLargeTexts } from '../src/links/large-texts.ts';
import { Pieces } from '../src/links/pieces.ts';

const [CONTINUATION, TEXT, BINARY, CLOSE, PING] = [0, 1, 2, 8, 9] as const;

interface Shape {
  readonly fin?: boolean;
  readonly reserved?: number;
  readonly masked?: boolean;
  /** In eight bytes, however small it is. */
  readonly longLength?: boolean;
}

const MASK = Buffer.from([0x12, 0xf3, 0x47, 0x9a]);

/** A frame as a client sends it (RFC 6455 §5.2), or as it must not. */
function frame(opcode: number, payload: string | Buffer, shape: Shape = {}): Buffer {
  const { fin = true, reserved = 0, masked = true, longLength = false } = shape;
  const bytes = Buffer.from(payload);
  const size = bytes.length;
  const first = (fin ? 0x80 : 0) | reserved | opcode;
  const mask = masked ? 0x80 : 0;
  const length =
    size >= 2 ** 16 || longLength
      ? [mask | 127, 0, 0, 0, 0, size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]
      : size >= 126
        ? [mask | 126, size >>> 8, size & 255]
        : [mask | size];
  const body = masked ? Buffer.concat([MASK, bytes.map((byte, n) => byte ^ (MASK[n % 4] ?? 0))]) : bytes;
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

/** What a websocket says of what it reads, and how many of its texts came past `ws`. */
class Listener {
  readonly said: unknown[] = [];
  taken = 0;
  readonly #client: Duplex;

  constructor(takesLargeTexts: boolean) {
    const [client, transport] = duplexPair();
    this.#client = client;
    const headers = {
      upgrade: 'websocket',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-version': '13',
    };
    const request = { method: 'GET', url: '/', headers } as unknown as IncomingMessage; // all that `ws` looks at
    const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
    client.on('error', () => {}).resume();
    server.handleUpgrade(request, transport, Buffer.alloc(0), (socket) =>
      this.#listen(socket, transport, takesLargeTexts),
    );
  }

  #listen(socket: WebSocket, transport: Duplex, takesLargeTexts: boolean): void {
    socket.on('message', (data, isBinary) => this.said.push({ isBinary, text: data.toString() }));
    socket.on('ping', (data) => this.said.push({ ping: data.toString() }));
    socket.on('error', (error) => this.said.push({ error: error.message }));
    socket.on('close', (code, reason) => this.said.push({ closed: code, reason: reason.toString() }));
    if (!takesLargeTexts) return;
    takeLargeTexts(transport, {
      takeText: (pieces) => {
        if (socket.readyState !== socket.OPEN) return;
        this.taken += 1;
        this.said.push({ isBinary: false, text: Buffer.concat(pieces).toString() });
      },
    });
  }

  async read(reads: readonly Buffer[]): Promise<void> {
    // each in memory of its own, as a socket brings it, since it is unmasked in place
    for (const bytes of reads) {
      if (!this.#client.write(Buffer.from(bytes))) await once(this.#client, 'drain');
      await turn();
    }
    this.#client.end();
    for (let n = 0; n < 10; n += 1) await turn();
  }
}

/** What `ws` alone says of these reads is what it says with large texts taken; gives how many were taken. */
async function assertSame(reads: readonly Buffer[]): Promise<number> {
  const [alone, taking] = [new Listener(false), new Listener(true)];
  await Promise.all([alone.read(reads), taking.read(reads)]);
  assert.ok(alone.said.length > 0);
  assert.deepEqual(taking.said, alone.said);
  return taking.taken;
}

const large = (size = 100_000, fill = 'Holdfast ') => fill.repeat(Math.ceil(size / fill.length)).slice(0, size);

function cut(bytes: Buffer, random: Seeded): Buffer[] {
  const reads: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = random.chance(0.3) ? random.between(1, 20) : random.between(1_000, 70_000);
    reads.push(bytes.subarray(at, at + size));
    at += size;
  }
  return reads;
}

test('wherever the reads of a socket end, a link hears what was sent, in its order', async () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const random = new Seeded(seed);
    const frames = Array.from({ length: 12 }, () =>
      random.pick([
        () => frame(TEXT, large(random.between(65_530, 150_000))),
        () => frame(TEXT, large(random.between(0, 600))),
        () => frame(TEXT, large(80_000, 'größer ')),
        () => frame(BINARY, large()),
        () => frame(PING, 'are you there'),
        () => frame(TEXT, 'small', { longLength: true }),
        () =>
          Buffer.concat([
            frame(TEXT, large(), { fin: false }),
            frame(PING, 'between'),
            frame(CONTINUATION, large(), { fin: false }),
            frame(CONTINUATION, 'end'),
          ]),
      ])(),
    );
    await assertSame(cut(Buffer.concat([...frames, frame(CLOSE, Buffer.from([3, 232]))]), random));
  }
});

test('a large text of ASCII is taken as it came; none other is', async () => {
  const sizes = [2 ** 16 - 1, 2 ** 16, 136_000].map((size) => frame(TEXT, large(size)));
  assert.equal(await assertSame([Buffer.concat(sizes)]), 2);
  assert.equal(await assertSame([frame(TEXT, large(100_000, 'é'))]), 0);
  assert.equal(await assertSame([frame(BINARY, large())]), 0);
});

test('what breaks a rule is refused as it always is, and nothing after it is heard', async () => {
  const wrong: Record<string, Buffer> = {
    'no UTF-8': frame(TEXT, Buffer.alloc(100_000, 0xff)),
    'too large': frame(TEXT, large(MAX_FRAME_BYTES + 1)),
    'not masked': frame(TEXT, large(), { masked: false }),
    'reserved bits': frame(TEXT, large(), { reserved: 0x40 }),
    'a text amid fragments': Buffer.concat([frame(TEXT, 'a', { fin: false }), frame(TEXT, large())]),
    'a fragment of nothing': frame(CONTINUATION, large()),
    'an unknown opcode': frame(3, large()),
    'a close before it': Buffer.concat([frame(CLOSE, Buffer.from([3, 232])), frame(TEXT, large())]),
  };
  for (const [name, bytes] of Object.entries(wrong)) {
    const taken = await assertSame([frame(TEXT, 'before'), bytes, frame(TEXT, large())]);
    assert.equal(taken, 0, name);
  }
});

test('bytes that trickle in are gathered, not kept one by one', () => {
  const pieces = new Pieces(MASK, 70_000);
  for (let n = 0; n < 70_000; n += 1) pieces.add(Buffer.from([0x61 ^ (MASK[n % 4] ?? 0)]));
  assert.equal(pieces.missing, 0);
  const taken = pieces.take();
  assert.ok(taken.length <= 10, `${taken.length} pieces`);
  assert.equal(Buffer.concat(taken).toString(), 'a'.repeat(70_000));
});
