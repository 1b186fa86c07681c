import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanObject, WireError } from '@holdfast/wire';
import fc from 'fast-check';

test('every member of any JSON object is found, with its value as it stands', () => {
  const members = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 32 });
  fc.assert(
    fc.property(members, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const scanned = scanObject(` ${text}\n`);
      const read = Object.fromEntries([...scanned].map(([name, raw]) => [name, JSON.parse(raw)]));
      assert.deepEqual(read, JSON.parse(text));
    }),
  );
});

test('what JSON.parse takes as an object is scanned, and what is scanned has the members that JSON.parse sees', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('{', '}', '[', ']', '"', '"a"', ':', ',', '1', 'null', '\\', ' ')),
      (tokens) => {
        const text = tokens.join('');
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          return; // the scan may be more lenient inside a nested value, which its user parses
        }
        const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
        try {
          const names = [...scanObject(text).keys()];
          assert.ok(isObject);
          assert.deepEqual(names.sort(), Object.keys(parsed ?? {}).sort());
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          assert.ok(error instanceof WireError);
          assert.ok(!isObject || /twice/.test(error.message), `${text}: ${error.message}`);
        }
      },
    ),
    { numRuns: 5_000 },
  );
});

test('strings full of quotes, brackets and backslashes do not lead it astray', () => {
  for (const value of ['"', '\\', '\\"', '}{', '\\\\"]', '"\\\\\\"', '\u2028', '\u0000']) {
    const text = JSON.stringify({ a: value, [value]: { b: [value] }, z: 1 });
    assert.deepEqual([...scanObject(text).keys()], ['a', value, 'z']);
  }
});
