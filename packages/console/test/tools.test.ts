import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Draft, firstDraft, readDraft } from '../src/tools/draft.ts';
import { readField } from '../src/tools/field.ts';
import { failure, readResult } from '../src/tools/result.ts';

const schema = {
  type: 'object',
  required: ['city', 'days', 'where'],
  properties: {
    city: { type: 'string', title: 'City', description: 'Which one' },
    days: { type: 'integer', minimum: 1, maximum: 7, default: 3 },
    share: { type: 'number' },
    loud: { type: 'boolean', default: false },
    unit: { enum: ['C', 'F', 7] },
    tags: { type: 'array', items: { type: 'string' } },
    where: { type: 'object', required: ['lat'], properties: { lat: { type: 'number' }, name: { type: 'string' } } },
    more: { type: 'object', required: ['a'], properties: { a: { type: 'string' }, b: { type: 'string' } } },
    any: { anyOf: [{ type: 'string' }, { type: 'number' }] },
  },
};
const field = readField(schema);
const filled = (changes: Record<string, Draft>): Draft => ({
  ...(firstDraft(field) as Record<string, Draft>),
  ...changes,
});
const problemsOf = (draft: Draft) => {
  const read = readDraft(field, draft);
  return 'problems' in read ? Object.fromEntries(read.problems) : {};
};

describe('the form of a schema', () => {
  test('has a field for each property, and JSON where it cannot say what fits', () => {
    assert.equal(field.kind, 'group');
    const kinds = field.kind === 'group' ? field.entries.map((entry) => [entry.name, entry.field.kind]) : [];
    assert.deepEqual(Object.fromEntries(kinds), {
      city: 'text',
      days: 'number',
      share: 'number',
      loud: 'boolean',
      unit: 'choice',
      tags: 'list',
      where: 'group',
      more: 'group',
      any: 'json',
    });
  });

  test('of something that is no object is JSON, however hostile', () => {
    for (const odd of [null, 7, [], { type: 'object', $ref: '#' }, { type: ['string', 'null'] }, { enum: [{}] }]) {
      assert.equal(readField(odd).kind, 'json', JSON.stringify(odd));
    }
    let deep: object = { type: 'string' };
    for (let n = 0; n < 10_000; n += 1) deep = { type: 'object', properties: { a: deep } };
    assert.equal(readField(deep).kind, 'group');
  });

  test('of an object without properties is one that needs nothing', () => {
    const empty = readField({ type: 'object' });
    assert.deepEqual(readDraft(empty, firstDraft(empty)), { value: {} });
  });

  test('gives what was filled in, by type; what was left empty is left out, what has a default has it', () => {
    const draft = filled({
      city: 'Bern',
      share: '0,5',
      unit: '2',
      tags: ['a', 'b'],
      where: { lat: '-1e2', name: '' },
      any: '{"x": 1}',
    });
    assert.deepEqual(readDraft(field, draft), {
      value: {
        city: 'Bern',
        days: 3,
        share: 0.5,
        loud: false,
        unit: 7,
        tags: ['a', 'b'],
        where: { lat: -100 },
        any: { x: 1 },
      },
    });
  });

  test('says of each field what is wrong with it', () => {
    assert.deepEqual(problemsOf(filled({})), { city: 'is required', 'where.lat': 'is required' });
    assert.deepEqual(
      problemsOf(filled({ city: 'x', days: '8', share: 'much', where: { lat: '1' }, tags: [''], any: '{' })),
      { days: 'is more than 7', share: 'is not a number', 'tags.0': 'is empty', any: 'is not JSON' },
    );
    assert.deepEqual(problemsOf(filled({ city: 'x', days: '1.5', where: { lat: '1' } })), {
      days: 'is not a whole number',
    });
  });

  test('wants what an optional object requires only when something of it is filled in', () => {
    const where = { lat: '1' };
    assert.deepEqual(problemsOf(filled({ city: 'x', where })), {});
    assert.deepEqual(problemsOf(filled({ city: 'x', where, more: { b: 'y' } })), { 'more.a': 'is required' });
  });

  test('is not confused by a property that is called __proto__', () => {
    const odd = readField(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}'));
    const read = readDraft(odd, JSON.parse('{"__proto__":"x"}') as Draft);
    assert.equal(JSON.stringify('value' in read && read.value), '{"__proto__":"x"}');
  });
});

describe('the result of a tool', () => {
  test('keeps text, pictures and structured data apart', () => {
    const answer = {
      content: [
        { type: 'text', text: 'hello' },
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
        { type: 'image', mimeType: 'image/svg+xml', data: 'AAAA' },
        { type: 'resource', resource: { uri: 'file:///a', text: 'inside' } },
      ],
      structuredContent: { a: 1 },
    };
    const { parts, structured, bad } = readResult(answer);
    assert.deepEqual(
      parts.map((part) => (part.kind === 'text' ? part.text.slice(0, 6) : part.type)),
      ['hello', 'image/png', '{\n  "t', 'inside'],
    );
    assert.deepEqual([structured, bad], ['{\n  "a": 1\n}', false]);
  });

  test('is bad when the tool says so, or the server', () => {
    assert.equal(readResult({ content: [], isError: true }).bad, true);
    assert.deepEqual(failure('no such tool'), {
      bad: true,
      parts: [{ kind: 'text', text: 'no such tool' }],
      structured: null,
    });
  });

  test('that is no result is shown as it came, and one that is too long has an end', () => {
    assert.deepEqual(readResult('what').parts, [{ kind: 'text', text: '"what"' }]);
    const [part] = readResult({ content: [{ type: 'text', text: 'x'.repeat(300_000) }] }).parts;
    assert.ok(part?.kind === 'text' && part.text.length < 201_000 && part.text.endsWith('characters more'));
  });
});
