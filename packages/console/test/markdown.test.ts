import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseBlocks } from '../src/markdown/blocks.ts';
import { parseInline, safeHref } from '../src/markdown/inline.ts';
import type { Block } from '../src/markdown/tree.ts';

const text = (value: string) => ({ type: 'text', text: value });
const paragraph = (value: string) => ({ type: 'paragraph', children: [text(value)] });

describe('Markdown', () => {
  test('knows headings, paragraphs, code, quotes, rules', () => {
    assert.deepEqual(parseBlocks('# Head #\none\n\n```ts x\n<b>\n```\n> said\n> > twice\n\n---'), [
      { type: 'heading', level: 1, children: [text('Head')] },
      paragraph('one'),
      { type: 'code', language: 'ts', text: '<b>' },
      { type: 'quote', children: [paragraph('said'), { type: 'quote', children: [paragraph('twice')] }] },
      { type: 'rule' },
    ]);
  });

  test('knows lists in lists, and where a numbered one begins', () => {
    const [list] = parseBlocks('3. three\n   - inner\n   - more\n4. four');
    assert.deepEqual(list, {
      type: 'list',
      start: 3,
      items: [
        [paragraph('three'), { type: 'list', start: null, items: [[paragraph('inner')], [paragraph('more')]] }],
        [paragraph('four')],
      ],
    });
    assert.deepEqual(parseBlocks('It was in\n1984. So.')[0]?.type, 'paragraph');
  });

  test('knows tables', () => {
    const [table] = parseBlocks('| a | b |\n|---|:-:|\n| 1 | x \\| y |\n| 2 |');
    assert.deepEqual(table, {
      type: 'table',
      head: [[text('a')], [text('b')]],
      rows: [
        [[text('1')], [text('x | y')]],
        [[text('2')], []],
      ],
    });
  });

  test('knows marks, code and links, and leaves snake_case and lone marks alone', () => {
    assert.deepEqual(parseInline('**bold _and_** `a * b` ~~no~~'), [
      { type: 'strong', children: [text('bold '), { type: 'em', children: [text('and')] }] },
      text(' '),
      { type: 'code', text: 'a * b' },
      text(' '),
      { type: 'del', children: [text('no')] },
    ]);
    assert.deepEqual(parseInline('read_the_file 2 * 3 * 4 \\*x*'), [text('read_the_file 2 * 3 * 4 *x*')]);
    assert.deepEqual(parseInline('[docs](https://example.org/a_(b)) and https://example.org.'), [
      { type: 'link', href: 'https://example.org/a_(b)', children: [text('docs')] },
      text(' and '),
      { type: 'link', href: 'https://example.org/', children: [text('https://example.org')] },
      text('.'),
    ]);
  });

  test('has no HTML and loads nothing: both stay text, or become a link', () => {
    const html = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    assert.deepEqual(parseBlocks(html), [paragraph(html)]);
    assert.deepEqual(parseInline('![pixel](https://evil.example/p.png)'), [
      { type: 'link', href: 'https://evil.example/p.png', children: [text('pixel')] },
    ]);
  });

  test('opens web addresses and mail, and nothing else', () => {
    for (const href of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'vbscript:x',
      '/backend-api',
      '//evil.example',
      'java\nscript:alert(1)',
      'https://user:pass@example.org/',
      'https://',
    ]) {
      assert.equal(safeHref(href), null, href);
      assert.ok(!JSON.stringify(parseInline(`[tap](${href})`)).includes('"link"'), href);
    }
    assert.equal(safeHref('mailto:a@example.org'), 'mailto:a@example.org');
  });

  test('takes anything at all and ends', () => {
    const signs = fc.array(
      fc.constantFrom(
        '*',
        '_',
        '`',
        '~',
        '[',
        ']',
        '(',
        ')',
        '<',
        '>',
        '\n',
        '  ',
        '- ',
        '1. ',
        '|',
        '-',
        '#',
        '```',
        'a',
        ' ',
        '!',
        '\\',
        'http://',
      ),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(signs, (parts) => {
        const drawn = JSON.stringify(parseBlocks(parts.join('')));
        assert.ok(drawn.length > 0);
      }),
      { numRuns: 300 },
    );
  });

  test('is not slowed down by hostile text', () => {
    const began = performance.now();
    for (const sign of [
      '*',
      '**a ',
      '_a ',
      '`',
      '[',
      '[](',
      '![',
      '> ',
      '- ',
      '|a',
      '~~',
      '*a _b ',
      '<',
      '\\',
      '#',
      '1. ',
    ]) {
      parseBlocks(sign.repeat(8_192 / sign.length));
    }
    assert.ok(performance.now() - began < 5_000, 'it would take minutes if it were not linear');
  });

  test('stops nesting', () => {
    const depthOf = (blocks: readonly Block[]): number =>
      1 + Math.max(0, ...blocks.map((block) => (block.type === 'quote' ? depthOf(block.children) : 0)));
    assert.ok(depthOf(parseBlocks(`${'> '.repeat(500)}deep`)) < 10);
  });
});
