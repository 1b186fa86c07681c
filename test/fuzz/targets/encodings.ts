import assert from 'node:assert/strict';
import type { Seeded } from '@holdfast/testkit';
import {
  bodyPreview,
  exceedsUtf8,
  fromBase64,
  limits,
  oneLine,
  type RawMessage,
  readCode,
  readRpc,
  toBase64,
  WireError,
} from '@holdfast/wire';
import { LineSplitter } from '../../../packages/local-socket/src/line-splitter.ts';
import { closeReason } from '../../../packages/relay/src/links/incoming.ts';
import { fromDer, toDer } from '../../../packages/wire/src/ecdsa-der.ts';
import { bytesOf, isDeep, jsonOf, parsed, type Target } from '../target.ts';

const base64: Target = {
  name: 'base64',
  seeds: ['', 'QUJD', 'QUI=', 'QQ==', toBase64(Buffer.alloc(300, 7)), '+/+/'],
  check: (input) => {
    const bytes = fromBase64(input);
    if (bytes !== null) assert.deepEqual(Buffer.from(bytes), Buffer.from(input, 'base64'));
    assert.deepEqual(fromBase64(toBase64(bytesOf(input)))?.length, bytesOf(input).length);
  },
};

const der: Target = {
  name: 'DER signature',
  seeds: [1, 0x7f, 0x80, 0xff].map((first) =>
    Buffer.from(toDer(Uint8Array.from({ length: 64 }, (_, n) => (n % 32 === 0 ? first : n)))).toString('latin1'),
  ),
  check: (input) => {
    const raw = fromDer(bytesOf(input));
    if (raw === null) return;
    assert.equal(raw.length, 64);
    assert.deepEqual(Buffer.from(toDer(raw)), bytesOf(input), 'a signature has one form');
  },
};

const pairingCode: Target = {
  name: 'pairing code',
  seeds: ['ABCD-2345', 'abcd 2345', ' a b c d 2 3 4 5 ', 'q1w2e3r4t5y6u7i8o9p0q1w2e3r4t5y6', 'ABCD2345'],
  check: (input) => {
    const read = parsed(
      () => readCode(input),
      (error) => error instanceof WireError && error.code === 'ERR_WIRE_CODE',
    );
    if (read === undefined) return;
    const code = Object.values(read.value).join('');
    if ('manual_pairing_code' in read.value) assert.match(code, /^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
    else assert.match(code, /^[\w-]{16,256}$/);
    assert.deepEqual(readCode(code), read.value);
  },
};

const rpc: Target = {
  name: 'JSON-RPC message',
  seeds: [
    '{"jsonrpc":"2.0","id":1,"method":"m","params":{}}',
    '{"id":"x","result":null}',
    '{"id":null,"error":{"code":1,"message":"m"}}',
    '{"method":"n"}',
    '{\n"method"\r\n:"n"}',
  ],
  check: (input) => {
    const json = jsonOf(input);
    const read = parsed(
      () => readRpc(input),
      (error) => error instanceof WireError && error.code === 'ERR_WIRE_JSON',
    );
    if (read === undefined) return;
    const { method, id }: Record<string, unknown> = { ...(json?.value as object) }; // it was read as one
    if (read.value.kind !== 'response') assert.equal(read.value.method, method);
    if (read.value.kind === 'request') assert.equal(read.value.id, id);
    const line: RawMessage = oneLine(input);
    assert.ok(!/[\r\n]/.test(line));
    if (!isDeep(input)) assert.deepEqual(jsonOf(line), json, 'the message on one line is the same message');
  },
};

const preview: Target = {
  name: 'preview of a body',
  seeds: [
    '{"detail":"x","pairing_code":"CANARY-1"}',
    '{"a":[{"remote_control_token" : "CANARY\\"-2"}],"b":1}',
    '<html>502</html>',
    '{"ticket":"CANARY',
  ],
  check: (input) => {
    const shown = bodyPreview(input);
    assert.ok(Buffer.byteLength(shown) <= limits.bodyPreviewBytes);
    assert.ok(!/\p{Cc}/u.test(shown), 'no control characters');
    const document = jsonOf(input);
    const hidden =
      document === undefined ? null : JSON.stringify({ token: 'CANARY-3', document: document.value }, null, 1);
    if (hidden !== null && hidden.length < limits.bodyPreviewBytes)
      assert.ok(!bodyPreview(hidden).includes('CANARY-3'));
  },
};

const lines: Target = {
  name: 'lines of a peer',
  seeds: ['{"id":1}\n{"id":2}\n', 'one\r\ntwo\n\n \nthree', `${'x'.repeat(70)}\nshort\n`],
  check: (input, random) => {
    const most = 64;
    const cut = (chunks: readonly Buffer[]) => {
      const got: string[] = [];
      let tooLong = 0;
      const splitter = new LineSplitter(
        most,
        (line) => got.push(line),
        () => {
          tooLong += 1;
        },
      );
      for (const chunk of chunks) splitter.write(chunk);
      splitter.end();
      return { got, tooLong };
    };
    const bytes = bytesOf(input);
    const whole = cut([bytes]);
    assert.deepEqual(cut(piecesOf(bytes, random)), whole, 'lines do not depend on how they come');
    const expected = input.split('\n').map((line) => bytesOf(line));
    assert.equal(whole.tooLong, expected.filter(({ length }) => length > most).length);
    const kept = expected.filter((line) => line.length <= most && line.toString('utf8').trim() !== '');
    assert.deepEqual(
      whole.got,
      kept.map((line) => line.toString('utf8').replace(/\r$/, '')),
    );
  },
};

function piecesOf(bytes: Buffer, random: Seeded): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = random.between(1, Math.max(1, Math.ceil(bytes.length / 3)));
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

const sizes: Target = {
  name: 'sizes and close reasons',
  seeds: ['', 'abc', 'é'.repeat(100), '😀'.repeat(60), '\ud800'],
  check: (input, random) => {
    const bytes = random.between(0, 300);
    assert.equal(exceedsUtf8(input, bytes), Buffer.byteLength(input) > bytes);
    const reason = closeReason(input);
    assert.ok(Buffer.byteLength(reason) <= 123);
    if (input.isWellFormed()) assert.ok(input.startsWith(reason), 'a reason is cut, not broken');
  },
};

export const encodingTargets: readonly Target[] = [base64, der, pairingCode, rpc, preview, lines, sizes];
