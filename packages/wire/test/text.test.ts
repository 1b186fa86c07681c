import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bodyPreview,
  exceedsUtf8,
  formatManualCode,
  fromBase64,
  isAfter,
  limits,
  oneLine,
  paths,
  positionOf,
  readCode,
  readRpc,
  rpcError,
  START,
  toBase64,
  toBase64Url,
  WHOLE,
  WireError,
} from '@holdfast/wire';
import fc from 'fast-check';

test('bytes come back from base64, and are those of any other implementation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
      assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'));
      assert.equal(toBase64Url(bytes), Buffer.from(bytes).toString('base64url'));
    }),
  );
  assert.equal(toBase64(new Uint8Array(100_000)), Buffer.alloc(100_000).toString('base64'));
});

test('base64 is strict: no white space, no missing padding, no other alphabet', () => {
  for (const text of ['A', 'AAA', 'AA=A', '====', 'AA A', 'AAAA\n', 'AA-_', 'A==='])
    assert.equal(fromBase64(text), null, text);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const bytes = fromBase64(text);
      assert.ok(
        bytes === null || bytes.length === Math.floor((text.length * 3) / 4) - (text.match(/=+$/)?.[0].length ?? 0),
      );
    }),
  );
});

test('a code reads back however it is typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (random) => {
      const manual_pairing_code = formatManualCode(random);
      assert.match(manual_pairing_code, /^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
      const bare = manual_pairing_code.replace('-', '');
      for (const typed of [manual_pairing_code, bare, ` ${bare.toLowerCase()} `, [...bare].join(' ')]) {
        assert.deepEqual(readCode(typed), { manual_pairing_code });
      }
    }),
  );
  assert.deepEqual(readCode(' abcdefghijklmnop-_01 '), { pairing_code: 'abcdefghijklmnop-_01' });
});

test('what is no code is refused, and not repeated in the error', () => {
  for (const typed of [
    '',
    'ABCD-234',
    'ABCD-2340',
    'ABCD-ABCI',
    'too short',
    'x'.repeat(257),
    'with spaces in the middle',
  ]) {
    assert.throws(
      () => readCode(typed),
      (error: unknown) =>
        error instanceof WireError &&
        error.code === 'ERR_WIRE_CODE' &&
        (typed === '' || !error.message.includes(typed)),
    );
  }
});

test('a preview shows no secret, in either spelling, cut off or escaped', () => {
  const secrets = [
    'remote_control_token',
    'pairing_code',
    'manual_pairing_code',
    'pairingCode',
    'access_token',
    'ticket',
  ];
  for (const name of secrets) {
    for (const body of [`{"${name}":"sesame"}`, `{"${name}" : "ses\\"ame"`, `{"a":1,"${name}":\n"sesame`]) {
      const preview = bodyPreview(body);
      assert.ok(!/ses|ame"/.test(preview), preview);
      assert.match(preview, /\[redacted\]/);
    }
  }
});

test('a preview is one line of at most 4,096 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(3_000), (text, times) => {
      const preview = bodyPreview(text.repeat(times));
      assert.ok(Buffer.byteLength(preview) <= limits.bodyPreviewBytes);
      assert.ok(!/\p{Cc}/u.test(preview));
    }),
    { numRuns: 50 },
  );
});

test('a text exceeds a number of bytes when its UTF-8 does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, bytes) => {
      assert.equal(exceedsUtf8(text, bytes), Buffer.byteLength(text) > bytes);
    }),
  );
});

test('positions are ordered by seq, then by segment; nothing is before the start, and a whole covers its segments', () => {
  const position = fc.record({ seq: fc.nat(5), segment: fc.nat(5) });
  fc.assert(
    fc.property(position, position, (a, b) => {
      assert.equal(isAfter(a, b), a.seq * 10 + a.segment > b.seq * 10 + b.segment);
      assert.ok(isAfter(a, START));
      assert.ok(!isAfter(a, { seq: a.seq, segment: WHOLE }));
    }),
  );
  assert.deepEqual(positionOf({ seq_id: 3 }), { seq: 3, segment: 0 });
  assert.deepEqual(positionOf({ seq_id: 3 }, WHOLE), { seq: 3, segment: WHOLE });
  assert.deepEqual(positionOf({ seq_id: 3, segment_id: 2 }, WHOLE), { seq: 3, segment: 2 });
});

test('a message says what it is: request, notification or response, with or without "jsonrpc"', () => {
  assert.deepEqual(readRpc('{"id":0,"method":"m"}'), { kind: 'request', method: 'm', id: 0 });
  assert.deepEqual(readRpc('{"jsonrpc":"2.0","id":"a","method":"m"}'), { kind: 'request', method: 'm', id: 'a' });
  assert.deepEqual(readRpc('{"method":"m"}'), { kind: 'notification', method: 'm' });
  assert.deepEqual(readRpc('{"id":1,"result":null}'), { kind: 'response', id: 1 });
  assert.deepEqual(readRpc(rpcError(null, -32700, 'no')), { kind: 'response', id: null });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      try {
        readRpc(text);
      } catch (error) {
        assert.ok(error instanceof WireError);
      }
    }),
  );
});

test('a message on one line means what it meant', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = oneLine(JSON.stringify(value, null, 2).replaceAll('\n', '\r\n'));
      assert.ok(!/[\r\n]/.test(line));
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('an id goes into a path as one segment of it', () => {
  assert.equal(paths.clientEnvironments('a/../b?c'), 'codex/remote/control/clients/a%2F..%2Fb%3Fc/environments');
  assert.equal(paths.environmentClient('e/1', 'c#1'), 'wham/remote/control/environments/e%2F1/clients/c%231');
});
