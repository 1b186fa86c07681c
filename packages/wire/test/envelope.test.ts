import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Envelope,
  encodeEnvelope,
  type FromHost,
  limits,
  parseFromController,
  parseFromHost,
  parseToController,
  parseToHost,
  stampCursor,
  type ToHost,
  WireError,
} from '@holdfast/wire';
import fc from 'fast-check';

const MESSAGE = '{"id":1,"method":"x"}';
const ids = { client_id: 'cli_1', stream_id: 'st_1', seq_id: 7 };
const segment = { segment_id: 1, segment_count: 3, message_size_bytes: 250_000, message_chunk_base64: 'AAAA' };

const toHost: ToHost[] = [
  { type: 'client_message', ...ids, message: MESSAGE },
  { type: 'client_message', client_id: 'cli_1', message: MESSAGE },
  { type: 'client_message', ...ids, cursor: 'c-"1"', message: MESSAGE },
  { type: 'client_message_chunk', ...ids, ...segment },
  { type: 'ack', ...ids },
  { type: 'ack', ...ids, segment_id: 2 },
  { type: 'ping', ...ids },
  { type: 'client_closed', ...ids },
];
const fromHost: FromHost[] = [
  { type: 'server_message', ...ids, message: MESSAGE },
  { type: 'server_message_chunk', ...ids, ...segment },
  { type: 'pong', ...ids, status: 'active' },
  { type: 'pong', ...ids, seq_id: 0, status: 'unknown' },
];

const refused = (act: () => unknown, message: RegExp) =>
  assert.throws(act, (error: unknown) => {
    assert.ok(error instanceof WireError);
    assert.match(error.message, message);
    return true;
  });

test('each kind of envelope reads back as what was written', () => {
  for (const envelope of toHost) assert.deepEqual(parseToHost(encodeEnvelope(envelope)), envelope);
  for (const envelope of fromHost) assert.deepEqual(parseFromHost(encodeEnvelope(envelope)), envelope);
  for (const envelope of fromHost) assert.deepEqual(parseToController(encodeEnvelope(envelope)), envelope);
});

test('what is written is JSON that any parser reads alike', () => {
  for (const envelope of [...toHost, ...fromHost]) {
    const expected = 'message' in envelope ? { ...envelope, message: JSON.parse(envelope.message) } : envelope;
    assert.deepEqual(JSON.parse(encodeEnvelope(envelope)), expected);
  }
});

test('members may come in any order, with null for absent, and with others that nobody knows', () => {
  const text = `{ "message" : ${MESSAGE} ,"new":{"a":[1,"]}"]}, "seq_id":7,"cursor":null,"stream_id":"st_1","client_id":"cli_1","type":"server_message"}`;
  assert.deepEqual(parseFromHost(text), fromHost[0]);
});

test('a message passes byte for byte: numbers beyond 2^53, repeated keys, escapes and spacing', () => {
  const message = '{ "n":12345678901234567890, "a":1,"a":2 ,\n"s":"\\u0041\\"}{[" }';
  const parsed = parseToHost(encodeEnvelope({ type: 'client_message', ...ids, message }));
  assert.equal(parsed.type === 'client_message' && parsed.message, message);
});

test('an envelope that goes the other way is refused', () => {
  for (const envelope of fromHost) refused(() => parseToHost(encodeEnvelope(envelope)), /does not belong here/);
  for (const envelope of toHost) refused(() => parseFromHost(encodeEnvelope(envelope)), /does not belong here/);
  refused(() => parseToController(encodeEnvelope({ type: 'ping', ...ids })), /does not belong here/);
});

test('what comes from a host or a controller is sequenced, and from a controller names its environment', () => {
  refused(() => parseFromHost('{"type":"pong","client_id":"c","seq_id":1,"status":"active"}'), /stream_id is missing/);
  refused(
    () => parseFromHost('{"type":"pong","client_id":"c","stream_id":"s","status":"active"}'),
    /seq_id is missing/,
  );
  refused(() => parseFromController(encodeEnvelope({ type: 'ping', ...ids })), /env_id is missing/);
  const whole = { type: 'ping', ...ids, env_id: 'env_1' } as const;
  assert.deepEqual(parseFromController(encodeEnvelope(whole)), whole);
});

test('hostile members are refused with the name of the member, never its value', () => {
  const secret = 'sesame';
  const cases: [string, RegExp][] = [
    ['{"client_id":"c"}', /type is missing/],
    [`{"type":"${secret}x","client_id":1}`, /does not belong here/],
    ['{"type":"ping","client_id":1}', /client_id is not a string/],
    ['{"type":"ping","client_id":""}', /client_id is empty/],
    [`{"type":"ping","client_id":"${'x'.repeat(limits.idLength + 1)}"}`, /client_id is longer than 256/],
    ['{"type":"ping","client_id":"c","seq_id":-1}', /seq_id is not a whole number/],
    ['{"type":"ping","client_id":"c","seq_id":1.5}', /seq_id is not a whole number/],
    ['{"type":"ping","client_id":"c","seq_id":1e3}', /seq_id is not a whole number/],
    ['{"type":"ping","client_id":"c","seq_id":9007199254740992}', /seq_id is not a whole number/],
    ['{"type":"ping","client_id":"c","seq_id":"1"}', /seq_id is not a whole number/],
    ['{"type":"client_message","client_id":"c"}', /message is missing/],
    ['{"type":"client_message","client_id":"c","message":null}', /message is missing or not an object/],
    ['{"type":"client_message","client_id":"c","message":"{}"}', /message is missing or not an object/],
    ['{"type":"client_message_chunk","client_id":"c","segment_id":1}', /a chunk lacks/],
    ['{"type":"ping","type":"ping","client_id":"c"}', /twice/],
    ['{"type":"ping","ty\\u0070e":"ack","client_id":"c"}', /twice/],
    ['{"type":"ping","client_id":"c"}x', /something follows/],
    ['{"type":"ping","client_id":"c"', /comma is missing/],
    ['{"type":"ping","client_id":"c\\"}', /no end/],
    ['{"type":"ping" "client_id":"c"}', /comma is missing/],
    ['[{"type":"ping"}]', /does not start with \{/],
    ['', /does not start with \{/],
    ['{"a":}', /value is missing/],
    ['{"a":tru}', /value is missing/],
    ['{"a":[1}', /./],
    [`{${Array.from({ length: 33 }, (_, n) => `"m${n}":0`).join(',')}}`, /more than 32 members/],
  ];
  for (const [text, why] of cases) refused(() => parseToHost(text), why);
});

test('brackets a million deep are read in no time and without a stack', () => {
  const deep = '['.repeat(1_000_000);
  refused(() => parseToHost(`{"type":"ping","client_id":"c","x":${deep}`), /not closed/);
  const balanced = `{"m":${deep}${']'.repeat(1_000_000)}}`;
  const parsed = parseToHost(`{"type":"client_message","client_id":"c","message":${balanced}}`);
  assert.equal(parsed.type === 'client_message' && parsed.message, balanced);
});

test('a cursor is added to a frame without another look inside, and reads back', () => {
  const frame = encodeEnvelope({ type: 'client_message', ...ids, message: MESSAGE });
  const { cursor } = parseToHost(stampCursor(frame, 'k:"\\42'));
  assert.equal(cursor, 'k:"\\42');
});

const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const count = fc.nat();
const object = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));
const address = fc.record({ client_id: id, stream_id: id, seq_id: fc.maxSafeNat() });

test('any envelope reads back as what was written', () => {
  const chunk = fc.record({
    segment_id: count,
    segment_count: count,
    message_size_bytes: count,
    message_chunk_base64: fc.base64String(),
  });
  const content: fc.Arbitrary<object> = fc.oneof(
    fc.record({ type: fc.constant('server_message'), message: object }),
    chunk.map((part) => ({ type: 'server_message_chunk', ...part })),
    fc.record({ type: fc.constant('pong'), status: fc.constantFrom('active', 'unknown') }),
  );
  fc.assert(
    fc.property(address, content, (where, what) => {
      const envelope = { ...what, ...where } as Envelope; // by how it was made
      assert.deepEqual(parseFromHost(encodeEnvelope(envelope)), envelope);
    }),
  );
});

test('whatever comes, a parser answers with an envelope or a WireError', () => {
  const near = fc.constantFrom(...[...toHost, ...fromHost].map((envelope) => encodeEnvelope(envelope)));
  const damaged = fc
    .tuple(near, fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:\\ntf0-9e\u0000'))))
    .map(([text, edits]) => {
      let result = text;
      for (const [at, char] of edits) {
        const index = at % result.length;
        result = result.slice(0, index) + char + result.slice(index + 1);
      }
      return result;
    });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), damaged), (text) => {
      for (const parse of [parseToHost, parseFromHost, parseFromController, parseToController]) {
        try {
          assert.equal(typeof parse(text).type, 'string');
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a chunk cannot bring members of its own into the envelope that is written anew', () => {
  const chunk = (base64: string) =>
    `{"type":"client_message_chunk","client_id":"c","env_id":"e","stream_id":"s","seq_id":1,"segment_id":0,"segment_count":2,"message_size_bytes":9,"message_chunk_base64":${base64}}`;
  for (const smuggled of ['"AAAA\\",\\"client_id\\":\\"other"', '"AAAA\\\\"', '"AA\\u0022"', '"\\n"'])
    assert.throws(() => parseFromController(chunk(smuggled)), { code: 'ERR_WIRE_ENVELOPE' }, smuggled);
  const escaped = parseFromController(chunk('"AA\\/A"'));
  assert.deepEqual(parseFromController(encodeEnvelope(escaped)), escaped);
});
