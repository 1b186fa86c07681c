import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limits } from '@holdfast/wire';
import { OUTBOX_WINDOW, Outbox } from '../src/stream/outbox.ts';
import { Outboxes } from '../src/stream/outboxes.ts';
import { streamKey } from '../src/stream/stream-key.ts';

const message = (n: number) => `{"method":"tick","params":${n}}`;
const big = (letter: string, bytes = limits.envelopeBytes) => `{"method":"${letter.repeat(bytes)}"}`;

interface Sent {
  readonly type: string;
  readonly stream_id: string;
  readonly seq_id: number;
  readonly segment_id?: number;
  readonly segment_count?: number;
  readonly message_chunk_base64?: string;
}

function parse(text: string): Sent {
  return JSON.parse(text) as Sent; // written by the outbox under test
}

function drain(outbox: { next(): { text: string } | string | null }): string[] {
  const texts: string[] = [];
  for (let frame = outbox.next(); frame !== null; frame = outbox.next()) {
    texts.push(typeof frame === 'string' ? frame : frame.text);
  }
  return texts;
}

function position(text: string) {
  const { seq_id, segment_id } = parse(text);
  return [seq_id, segment_id];
}

describe('an outbox', () => {
  test('numbers messages and pongs alike from 1, with no gap', () => {
    const outbox = new Outbox('c', 's');
    outbox.pushMessage(message(1));
    outbox.pushPong('active');
    outbox.pushMessage(message(2));
    const sent = drain(outbox);
    assert.deepEqual(
      sent.map((text) => [parse(text).type, parse(text).seq_id]),
      [
        ['server_message', 1],
        ['pong', 2],
        ['server_message', 3],
      ],
    );
  });

  test('keeps frames until they are acked, cumulatively, and sends the others again as they were', () => {
    const outbox = new Outbox('c', 's');
    for (let n = 1; n <= 5; n += 1) outbox.pushMessage(message(n));
    const first = drain(outbox);
    outbox.ack({ seq_id: 3 });
    assert.equal(outbox.unacked, 2);
    assert.equal(outbox.next(), null);
    outbox.rewind();
    assert.deepEqual(drain(outbox), first.slice(3));
  });

  test('takes an ack for what has not gone out on this link yet: it arrived over the former one', () => {
    const outbox = new Outbox('c', 's');
    for (let n = 1; n <= 3; n += 1) outbox.pushMessage(message(n));
    drain(outbox);
    outbox.rewind();
    outbox.ack({ seq_id: 2 });
    assert.deepEqual(drain(outbox).map(position), [[3, undefined]]);
  });

  test('is not harmed by an ack of what it never sent, and numbers on', () => {
    const outbox = new Outbox('c', 's');
    outbox.pushMessage(message(1));
    outbox.ack({ seq_id: 999 });
    outbox.pushMessage(message(2));
    assert.deepEqual(drain(outbox).map(position), [[2, undefined]]);
  });

  test('leaves a message of 150 KiB whole and splits one that is a byte larger', () => {
    const outbox = new Outbox('c', 's');
    outbox.pushMessage(big('x', 1_000));
    const around = Buffer.byteLength(drain(outbox)[0] ?? '') - 1_000;
    outbox.pushMessage(big('x', limits.envelopeBytes - around));
    outbox.pushMessage(big('x', limits.envelopeBytes - around + 1));
    const sent = drain(outbox);
    assert.deepEqual(sent.map(position), [
      [2, undefined],
      [3, 0],
      [3, 1],
    ]);
    assert.equal(Buffer.byteLength(sent[0] ?? ''), limits.envelopeBytes);
  });

  test('splits a message into segments of one number, each under the limit, that together are the message', () => {
    const outbox = new Outbox('c', 's');
    const text = big('ü', 200 * 1024);
    outbox.pushMessage(text);
    const sent = drain(outbox);
    assert.equal(sent.length, Math.ceil(Buffer.byteLength(text) / limits.segmentBytes));
    assert.ok(sent.every((frame) => Buffer.byteLength(frame) <= limits.envelopeBytes));
    assert.deepEqual(
      sent.map(position),
      sent.map((_, index) => [1, index]),
    );
    const parts = sent.map((frame) => Buffer.from(parse(frame).message_chunk_base64 ?? '', 'base64'));
    assert.equal(Buffer.concat(parts).toString('utf8'), text);
  });

  test('releases segments up to the one that an ack names, and all of them by an ack that names none', () => {
    const outbox = new Outbox('c', 's');
    outbox.pushMessage(big('x', 250 * 1024));
    drain(outbox);
    outbox.ack({ seq_id: 1, segment_id: 0 });
    outbox.rewind();
    assert.deepEqual(drain(outbox).map(position), [
      [1, 1],
      [1, 2],
    ]);
    outbox.ack({ seq_id: 1 });
    assert.equal(outbox.unacked, 0);
  });

  test('numbers nothing for a message that is too large for the wire', () => {
    const outbox = new Outbox('c', 's');
    assert.throws(() => outbox.pushMessage(big('x', limits.messageBytes + 1)), { code: 'ERR_WIRE_TOO_LARGE' });
    outbox.pushMessage(message(1));
    assert.deepEqual(drain(outbox).map(position), [[1, undefined]]);
  });

  test('is full at its window, by frames or by bytes, and not once an ack made room', () => {
    const byFrames = new Outbox('c', 's');
    for (let n = 1; n < OUTBOX_WINDOW.frames; n += 1) byFrames.pushMessage(message(n));
    assert.equal(byFrames.isFull, false);
    byFrames.pushMessage(message(0));
    assert.equal(byFrames.isFull, true);
    byFrames.ack({ seq_id: 1 });
    assert.equal(byFrames.isFull, false);

    const byBytes = new Outbox('c', 's');
    byBytes.pushMessage(big('x', OUTBOX_WINDOW.bytes));
    assert.equal(byBytes.isFull, true);
    byBytes.ack({ seq_id: 1 });
    assert.equal(byBytes.isFull, false);
  });

  test('does not grow by pings that nobody acks', () => {
    const open = new Outbox('c', 's');
    const ended = new Outbox('c', 's');
    for (let n = 0; n < 3 * OUTBOX_WINDOW.frames; n += 1) {
      open.pushPong('active');
      ended.pushPong('unknown');
    }
    assert.equal(open.unacked, OUTBOX_WINDOW.frames);
    assert.equal(ended.unacked, 1);
  });
});

describe('the outboxes of all streams', () => {
  test('take turns, message by message', () => {
    const outboxes = new Outboxes(() => true);
    for (const stream of ['a', 'b']) {
      for (let n = 1; n <= 2; n += 1) outboxes.of('c', stream).pushMessage(message(n));
    }
    const order = drain(outboxes).map((text) => `${parse(text).stream_id}${parse(text).seq_id}`);
    assert.deepEqual(order, ['a1', 'b1', 'a2', 'b2']);
  });

  test('let a segmented message through in one piece', () => {
    const outboxes = new Outboxes(() => true);
    outboxes.of('c', 'a').pushMessage(big('x'));
    outboxes.of('c', 'b').pushMessage(big('y'));
    outboxes.of('c', 'b').pushMessage(message(1));
    const order = drain(outboxes).map((text) => `${parse(text).stream_id}${parse(text).segment_id ?? ''}`);
    assert.deepEqual(order, ['a0', 'a1', 'b0', 'b1', 'b']);
  });

  test('begin a segmented message anew on a new link', () => {
    const outboxes = new Outboxes(() => true);
    outboxes.of('c', 'a').pushMessage(big('x'));
    outboxes.of('c', 'b').pushMessage(message(1));
    const first = outboxes.next();
    outboxes.rewind();
    const again = drain(outboxes);
    assert.ok(first !== null && again.includes(first));
    assert.equal(again.length, 3);
  });

  test('keep the numbers and the last words of an ended stream, and forget the oldest where there are too many', () => {
    const outboxes = new Outboxes(() => false);
    outboxes.of('c', 'acked').pushMessage(message(1));
    drain(outboxes);
    outboxes.ack(streamKey('c', 'acked'), { seq_id: 1 });
    outboxes.of('c', 'acked').pushMessage(message(2));
    assert.deepEqual(drain(outboxes).map(position), [[2, undefined]]);

    for (let n = 0; n < 1_000; n += 1) outboxes.of('c', `stream ${n}`).pushPong('unknown');
    assert.equal(drain(outboxes).length, 256);
  });
});
