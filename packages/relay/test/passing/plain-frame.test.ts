import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEnvelope, type FromHost, parseFromHost, WireError } from '@holdfast/wire';
import fc from 'fast-check';
import { endPosition, ownPosition } from '../../src/frames.ts';
import { HostFrames, wholeOf } from '../../src/passing/host-frame.ts';
import { PlainFrames } from '../../src/passing/plain-frame.ts';

const ENV = 'env_1';

/** What the parser makes of it; null for what it refuses. */
function parsed(text: string): FromHost | null {
  try {
    return parseFromHost(text);
  } catch (error) {
    assert.ok(error instanceof WireError);
    return null;
  }
}

/** In two, and in three: cut at a few places all over it. */
function splits(bytes: Buffer): Buffer[][] {
  const places = Array.from({ length: 6 }, (_, n) => Math.floor((bytes.length * (n + 1)) / 7));
  return places.flatMap((a, n) => [
    [bytes.subarray(0, a), bytes.subarray(a)],
    ...places.slice(n + 1).map((b) => [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)]),
  ]);
}

/** Whatever the quick reader says has to be what the parser says. */
function assertAgrees(text: string): void {
  const bytes = Buffer.from(text);
  const plain = new PlainFrames().read(bytes);
  const envelope = parsed(text);
  if (plain !== null) {
    assert.ok(envelope !== null, `read, and not well formed: ${text}`);
    const { type, client_id, stream_id, seq_id } = envelope;
    assert.deepEqual(
      [plain.type, plain.client_id, plain.stream_id, plain.seq_id],
      [type, client_id, stream_id, seq_id],
    );
  }
  if (envelope === null) {
    assert.throws(() => new HostFrames(ENV).read(bytes), WireError);
    for (const pieces of splits(bytes)) assert.throws(() => new HostFrames(ENV).readPieces(pieces), WireError);
    return;
  }
  const frame = new HostFrames(ENV).read(bytes);
  for (const pieces of splits(bytes)) {
    const { content, ...said } = new HostFrames(ENV).readPieces(pieces);
    const { content: whole, ...wanted } = frame;
    assert.deepEqual(said, wanted, text);
    assert.deepEqual([wholeOf(content), content.size], [wholeOf(whole), whole.size], text);
  }
  assert.deepEqual([frame.position, frame.end], [ownPosition(envelope), endPosition(envelope)]);
  const { cursor: _, ...rest } = envelope;
  const wanted = parsed(encodeEnvelope({ ...rest, env_id: ENV }));
  assert.deepEqual(parsed(wholeOf(frame.content).toString()), wanted, text);
}

const id = fc.oneof(fc.constantFrom('c1', 's1'), fc.string({ maxLength: 60 }), fc.string({ unit: 'binary' }));
const message = fc.object({ maxDepth: 3 }).map((value) => JSON.stringify(value));
const members = fc.record({
  type: fc.constantFrom('"server_message"', '"server_message_chunk"', '"pong"', '"ack"', '7'),
  client_id: id.map((text) => JSON.stringify(text)),
  stream_id: fc.option(
    id.map((text) => JSON.stringify(text)),
    { nil: 'null' },
  ),
  seq_id: fc.oneof(fc.nat().map(String), fc.constantFrom('01', '-1', '1.5', '9007199254740993', '1e3', '"1"')),
  message,
  segment_id: fc.nat({ max: 3 }).map(String),
  segment_count: fc.nat({ max: 3 }).map(String),
  message_size_bytes: fc.nat().map(String),
  message_chunk_base64: fc.base64String({ maxLength: 200 }).map((text) => JSON.stringify(text)),
  status: fc.constantFrom('"active"', '"unknown"'),
  env_id: fc.constant('"env_other"'),
  cursor: fc.constant('"1-2"'),
  unknown: fc.constant('[{"}":"]"}]'),
});
/** Mostly the members that belong together, in any order; now and then another one, or a space. */
const frame = fc
  .tuple(
    members,
    fc.constantFrom('message', 'chunk', 'pong'),
    fc.subarray(['env_id', 'cursor', 'unknown', 'segment_id']),
    fc.nat(),
    fc.constantFrom('', '', '', ' '),
  )
  .map(([all, kind, more, turn, space]) => {
    const own = {
      message: ['type', 'client_id', 'stream_id', 'seq_id', 'message'],
      chunk: [
        'type',
        'client_id',
        'stream_id',
        'seq_id',
        'segment_id',
        'segment_count',
        'message_size_bytes',
        'message_chunk_base64',
      ],
      pong: ['type', 'client_id', 'stream_id', 'seq_id', 'status'],
    }[kind];
    const names = turn % 4 === 0 ? [...own, ...more] : own;
    const turned = [...names.slice(turn % names.length), ...names.slice(0, turn % names.length)];
    return `{${turned.map((name) => `"${name}":${space}${Reflect.get(all, name)}`).join(',')}}`;
  });

test('whatever frame is put together from members, right or wrong, the quick reader and the parser agree', () => {
  fc.assert(fc.property(frame, assertAgrees), { numRuns: 3_000 });
});

test('the same when a byte of it is another, or is missing', () => {
  const broken = fc.tuple(frame, fc.nat(), fc.constantFrom('"', '\\', '{', '}', ',', ':', ' ', '0', ''));
  const check = fc.property(broken, ([text, at, char]) => {
    const index = at % text.length;
    // half of a pair is no text that a socket could bring
    assertAgrees((text.slice(0, index) + char + text.slice(index + 1)).toWellFormed());
  });
  fc.assert(check, { numRuns: 3_000 });
});

test('the frames of a stock codex and of a Holdfast host are read without the parser', () => {
  const plain = new PlainFrames();
  const long = 'x'.repeat(500);
  for (const text of [
    '{"type":"server_message","client_id":"c","stream_id":"s","seq_id":7,"message":{"a":"}\\\\\\"{"}}',
    `{"type":"server_message","message":{"text":"${long}\\"${long}\\\\"},"client_id":"c","stream_id":"s","seq_id":7}`,
  ]) {
    const expected = {
      type: 'server_message',
      client_id: 'c',
      stream_id: 's',
      seq_id: 7,
      segment_id: 0,
      segment_count: 0,
    };
    assert.deepEqual(plain.read(Buffer.from(text)), expected);
  }
  const chunk = `{"type":"server_message_chunk","segment_id":1,"segment_count":3,"message_size_bytes":9,"message_chunk_base64":"${long}","client_id":"c","stream_id":"t","seq_id":8}`;
  assert.deepEqual(plain.read(Buffer.from(chunk)), {
    type: 'server_message_chunk',
    client_id: 'c',
    stream_id: 't',
    seq_id: 8,
    segment_id: 1,
    segment_count: 3,
  });
});

test('a message goes on byte for byte, with the env_id of its host before it', () => {
  const text =
    '{"type":"server_message","client_id":"c","stream_id":"s","seq_id":1,"message":{"n":12345678901234567890, "n":1,"é":"\\u00e9"}}';
  assert.equal(
    String(wholeOf(new HostFrames(ENV).read(Buffer.from(text)).content)),
    `{"env_id":"env_1",${text.slice(1)}`,
  );
});
