import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LineBudget, LineSplitter } from '../src/line-splitter.ts';

function linesOf(chunks: readonly Uint8Array[], maxBytes = 1_000_000) {
  const lines: string[] = [];
  let tooLong = 0;
  const splitter = new LineSplitter(
    maxBytes,
    (line) => lines.push(line),
    () => {
      tooLong += 1;
    },
  );
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  splitter.end();
  return { lines, tooLong };
}

const text = (...chunks: string[]) => chunks.map((chunk) => Buffer.from(chunk));

describe('a line splitter', () => {
  test('gives lines without their ends, be those LF or CRLF, and skips empty ones', () => {
    assert.deepEqual(linesOf(text('a\nb\r\n\n \r\nc\n')).lines, ['a', 'b', 'c']);
  });

  test('takes what is left at the end for a line', () => {
    assert.deepEqual(linesOf(text('a\nb')).lines, ['a', 'b']);
  });

  test('puts a character together that came in pieces', () => {
    const bytes = Buffer.from('é😀\n');
    assert.deepEqual(linesOf([...bytes].map((byte) => Uint8Array.of(byte))).lines, ['é😀']);
  });

  test('keeps a carriage return that is within a line', () => {
    assert.deepEqual(linesOf(text('a\rb\r\r\n')).lines, ['a\rb\r']);
  });

  test('drops a line over the limit, tells so once, and goes on with the next', () => {
    const { lines, tooLong } = linesOf(text('12345\n', '123', '456', '789', '\nshort\n', '1234567'), 5);
    assert.deepEqual(lines, ['12345', 'short']);
    assert.equal(tooLong, 2);
  });

  test('drops a long line when others hold the budget, keeps short ones, and gives back what it held', () => {
    const mib = 'x'.repeat(1024 * 1024);
    const budget = new LineBudget(1024 * 1024);
    const lines: number[] = [];
    const dropped: number[] = [];
    const splitter = () =>
      new LineSplitter(
        16 * mib.length,
        (line) => lines.push(line.length),
        (bytes) => dropped.push(bytes),
        { budget },
      );
    const [one, other] = [splitter(), splitter()];
    for (const piece of [mib, mib]) one.write(Buffer.from(piece));
    other.write(Buffer.from(mib));
    other.write(Buffer.from('more'));
    assert.deepEqual(dropped, [mib.length]);
    other.write(Buffer.from('\nshort\n'));
    one.write(Buffer.from('\n'));
    assert.deepEqual(lines, [5, 2 * mib.length]);
    for (const piece of [mib, mib, '\n']) other.write(Buffer.from(piece));
    assert.deepEqual(lines, [5, 2 * mib.length, 2 * mib.length]);
  });

  test('tells the two ends of a line that it dropped, once it has come to its end', () => {
    const ends: [string, string][] = [];
    const splitter = new LineSplitter(
      2_000,
      () => {},
      () => {},
      { onDropped: (head, tail) => ends.push([head, tail]) },
    );
    for (const piece of ['{"id":', '1,', 'x'.repeat(3_000), 'y'.repeat(3_000), '"e', 'nd"}'])
      splitter.write(Buffer.from(piece));
    assert.deepEqual(ends, []);
    splitter.write(Buffer.from('\n'));
    assert.equal(ends.length, 1);
    const [head = '', tail = ''] = ends[0] ?? [];
    assert.match(head, /^\{"id":1,x+$/);
    assert.match(tail, /^y+"end"\}$/);
    assert.deepEqual([head.length, tail.length], [1_024, 1_024]);
  });

  test('gives the same lines however the bytes are cut', () => {
    const byte = fc.oneof(fc.constantFrom(0x0a, 0x0d, 0x20, 0x41, 0xc3, 0xa9), fc.integer({ min: 0, max: 255 }));
    const cuts = fc.array(fc.nat(200), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 200 }), cuts, fc.integer({ min: 1, max: 30 }), (bytes, at, most) => {
        const whole = Uint8Array.from(bytes);
        const edges = [0, ...at.filter((cut) => cut <= whole.length).sort((a, b) => a - b), whole.length];
        const pieces = edges.slice(1).map((end, index) => whole.subarray(edges[index], end));
        assert.deepEqual(linesOf(pieces, most), linesOf([whole], most));
      }),
    );
  });
});
