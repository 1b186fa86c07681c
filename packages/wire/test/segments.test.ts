import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Assembled,
  Assembler,
  encodeEnvelope,
  exceedsUtf8,
  limits,
  type Segment,
  splitMessage,
  toBase64,
  WireError,
} from '@holdfast/wire';
import fc from 'fast-check';

const large = (size: number) => `{"params":"${'x'.repeat(size - 13)}"}`;
const feed = (assembler: Assembler, segments: readonly Segment[], seq = 1, owner = 'client', stream = 'stream') =>
  segments.map((segment) => assembler.take(owner, stream, seq, segment));
const last = (outcomes: readonly Assembled[]) => outcomes.at(-1);

/** As `splitMessage` gives them, of any text, so that a test does not need 150 KiB. */
function segmentsOf(...texts: string[]): Segment[] {
  const message_size_bytes = Buffer.byteLength(texts.join(''));
  return texts.map((text, segment_id) => ({
    segment_id,
    segment_count: texts.length,
    message_size_bytes,
    message_chunk_base64: toBase64(new TextEncoder().encode(text)),
  }));
}

const [a, b, c] = segmentsOf('{"a":', '"b"', '}') as [Segment, Segment, Segment]; // three texts give three segments

test('a message goes in max(2, size / 100 KiB) segments, each of whose envelopes is within the limit', () => {
  const sizes: [number, number][] = [
    [20, 2],
    [limits.segmentBytes, 2],
    [2 * limits.segmentBytes, 2],
    [2 * limits.segmentBytes + 1, 3],
    [10 * limits.segmentBytes, 10],
  ];
  for (const [size, count] of sizes) {
    const segments = splitMessage(large(size));
    assert.equal(segments.length, count);
    for (const segment of segments) {
      const ids = { client_id: 'c'.repeat(256), stream_id: 's'.repeat(256), env_id: 'e'.repeat(256) };
      const frame = encodeEnvelope({ type: 'client_message_chunk', ...ids, seq_id: 2 ** 53 - 1, ...segment });
      assert.ok(!exceedsUtf8(frame, limits.envelopeBytes));
    }
  }
});

test('any message comes out as it went in, characters cut in two included', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 2 }), (text) => {
      const message = JSON.stringify({ text });
      assert.deepEqual(last(feed(new Assembler(), splitMessage(message))), { kind: 'complete', message });
    }),
  );
});

test('the largest message passes, and one byte more is refused', () => {
  const message = large(limits.messageBytes);
  const assembler = new Assembler();
  const segments = splitMessage(message);
  assert.equal(segments.length, limits.segmentCount);
  const outcome = last(feed(assembler, segments));
  assert.ok(outcome?.kind === 'complete' && outcome.message === message);
  assert.equal(assembler.heldBytes, 0);
  assert.throws(
    () => splitMessage(`${message} `),
    (error: unknown) => error instanceof WireError && error.code === 'ERR_WIRE_TOO_LARGE',
  );
});

test('a segment that comes again is passed over', () => {
  assert.deepEqual(
    feed(new Assembler(), [a, a, b, a, b, c]).map(({ kind }) => kind),
    ['incomplete', 'repeated', 'incomplete', 'repeated', 'repeated', 'complete'],
  );
});

const dropped = (why: RegExp, ...segments: Segment[]) => {
  const assembler = new Assembler();
  const outcome = last(feed(assembler, segments));
  assert.ok(outcome?.kind === 'dropped', JSON.stringify(outcome));
  assert.match(outcome.why, why);
  assert.equal(assembler.heldBytes, 0);
};

test('what is wrong drops the assembly, says why, and frees what it held', () => {
  dropped(/does not start with its first/, b);
  dropped(/a segment is missing/, a, c);
  dropped(/disagree/, a, { ...b, segment_count: 4 });
  dropped(/disagree/, a, { ...b, message_size_bytes: 10 });
  dropped(/not base64/, a, { ...b, message_chunk_base64: '!' });
  dropped(/not base64/, a, { ...b, message_chunk_base64: '' });
  dropped(/larger than it said/, a, { ...b, message_chunk_base64: toBase64(new Uint8Array(100)) });
  dropped(/smaller than it said/, a, { ...b, message_chunk_base64: 'Ig==' }, c);
  dropped(/number of segments/, { ...a, segment_count: 1 });
  dropped(/number of segments/, { ...a, segment_count: limits.segmentCount + 1 });
  dropped(/size is out of range/, { ...a, message_size_bytes: 0 });
  dropped(/size is out of range/, { ...a, message_size_bytes: limits.messageBytes + 1 });
  dropped(
    /not UTF-8/,
    { ...a, message_chunk_base64: '/w==', segment_count: 2, message_size_bytes: 2 },
    {
      segment_id: 1,
      segment_count: 2,
      message_size_bytes: 2,
      message_chunk_base64: '/w==',
    },
  );
});

test('after a drop a whole message is put together again', () => {
  const assembler = new Assembler();
  assert.equal(last(feed(assembler, [a, c]))?.kind, 'dropped');
  assert.equal(last(feed(assembler, [a, b, c]))?.kind, 'complete');
});

test("an owner's new message replaces what was under way; another owner's does not", () => {
  const assembler = new Assembler();
  feed(assembler, [a, b], 1);
  feed(assembler, [a], 1, 'somebody else');
  assert.deepEqual(
    feed(assembler, [a, b, c], 2).map(({ kind }) => kind),
    ['incomplete', 'incomplete', 'complete'],
  );
  assert.equal(last(feed(assembler, [b, c], 1, 'somebody else'))?.kind, 'complete');
  assert.equal(assembler.heldBytes, 0);
});

test('so many assemblies may be open and no more, and forgetting one makes room', () => {
  const assembler = new Assembler();
  for (let owner = 0; owner < limits.assemblies; owner += 1) feed(assembler, [a], 1, `client ${owner}`);
  assert.equal(last(feed(assembler, [a], 1, 'one more'))?.kind, 'dropped');
  assembler.forget('client 0', 'another stream');
  assert.equal(last(feed(assembler, [a], 1, 'one more'))?.kind, 'dropped');
  assembler.forget('client 0', 'stream');
  assert.equal(last(feed(assembler, [a], 1, 'one more'))?.kind, 'incomplete');
});

test('any segments in any order: never more held than was said, and a complete message is the one that was cut', () => {
  const pool = [...segmentsOf('{"a":', '"b"', '}'), ...segmentsOf('{"n', '":', '12}')];
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...pool), fc.constantFrom(1, 2))), (steps) => {
      const assembler = new Assembler();
      for (const [segment, seq] of steps) {
        const outcome = assembler.take('client', 'stream', seq, segment);
        assert.ok(assembler.heldBytes <= 8);
        if (outcome.kind === 'complete') JSON.parse(outcome.message);
      }
      assembler.forget('client');
      assert.equal(assembler.heldBytes, 0);
    }),
  );
});
