import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLines } from '../src/lines.ts';

async function read(pieces: readonly Uint8Array[], most?: number): Promise<(string | null)[]> {
  const source = async function* () {
    yield* pieces;
  };
  const lines: (string | null)[] = [];
  for await (const line of readLines(source(), most)) lines.push(line);
  return lines;
}

test('lines come out the same however their bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ' '))),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      async (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const pieces: Uint8Array[] = [];
        for (let at = 0, n = 0; at < bytes.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        assert.deepEqual(
          await read(pieces),
          lines.filter((line) => line !== ''),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('a line that is too long is skipped, and the next one read', async () => {
  const text = `${'x'.repeat(11)}\n${'y'.repeat(10)}\nz`;
  assert.deepEqual(await read([Buffer.from(text)], 10), [null, 'y'.repeat(10), 'z']);
});
