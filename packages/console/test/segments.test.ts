import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chunksOf, guessHeight } from '../src/text/chunks.ts';
import { append, EMPTY, segmentsOf } from '../src/text/segments.ts';

const pieces = ({ settled, tail }: { settled: readonly string[]; tail: string }) => [...settled, tail];

describe('a text that grows', () => {
  test('loses and changes nothing while it has no code block to be cut', () => {
    const words = fc.array(
      fc.constantFrom('word ', '\n', '\n\n', '- item', '1. one', '  ', '# head', '> q', '😀', '\t'),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(fc.array(words), (deltas) => {
        const texts = deltas.map((parts) => parts.join(''));
        const grown = texts.reduce(append, EMPTY);
        assert.equal(pieces(grown).join(''), texts.join(''));
        assert.equal(grown.length, texts.join('').length);
      }),
    );
  });

  test('settles a block once the next one has begun, and not before', () => {
    const one = segmentsOf('First paragraph.\n\nSec');
    assert.deepEqual(one.settled, []);
    const two = append(one, 'ond.\n');
    assert.deepEqual(pieces(two), ['First paragraph.\n\n', 'Second.\n']);
  });

  test('keeps a list together over its blank lines, and a code block over its own', () => {
    assert.equal(segmentsOf('1. one\n\n2. two\n\n   more\n\n3. three\n').settled.length, 0);
    assert.deepEqual(pieces(segmentsOf('```js\na\n\nb\n```\n\nafter\n')), ['```js\na\n\nb\n```\n\n', 'after\n']);
  });

  test('cuts what has no end into pieces of a size, and not through a sign', () => {
    const { settled, tail } = segmentsOf('😀'.repeat(50_000));
    assert.ok(settled.length > 5);
    assert.ok([...settled, tail].every((piece) => piece.length <= 8_192));
    assert.ok([...settled, tail].every((piece) => piece.isWellFormed()));
  });

  test('closes a code block that is cut, and opens it again', () => {
    const { settled, tail } = segmentsOf(`\`\`\`ts\n${'const held = true;\n'.repeat(2_000)}`);
    assert.ok(settled.length > 2);
    for (const piece of settled) assert.match(piece, /^```ts\n[\s\S]*\n```$/);
    assert.match(tail, /^```ts\n/);
  });

  test('looks only at its tail: a megabyte in small pieces takes no time to speak of', () => {
    let text = EMPTY;
    for (let n = 0; n < 20_000; n += 1)
      text = append(text, `line ${n} of an answer that does not end\n${n % 7 === 0 ? '\n' : ''}`);
    assert.ok(text.tail.length < 8_192);
    assert.ok(text.length > 800_000);
  });
});

test('a long text falls into chunks without a gap, and its height is guessed by its length', () => {
  const chunks = chunksOf(40);
  assert.deepEqual(
    chunks.map(({ from, to }) => [from, to]),
    [
      [0, 16],
      [16, 32],
      [32, 40],
    ],
  );
  assert.deepEqual(chunksOf(1), [{ from: 0, to: 1 }]);
  assert.ok(guessHeight(['x'.repeat(700)]) > guessHeight(['x'.repeat(70)]));
});
