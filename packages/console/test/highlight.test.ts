import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { languageOfPath } from '../src/highlight/language-of-path.ts';
import type { Tokenize } from '../src/highlight/token.ts';

// by an address that the compiler does not follow: the highlighter's types bring a browser's, which Node's do not get along with
const address = new URL('../src/highlight/tokenize.ts', import.meta.url).href;
const { tokenize } = (await import(address)) as { tokenize: Tokenize };

describe('code', () => {
  test('becomes pieces that are the code again, with kinds of our own', () => {
    const code = 'const a = "<b>"; // why\nreturn 42;';
    const tokens = tokenize('ts', code) ?? [];
    assert.equal(tokens.map(({ text }) => text).join(''), code);
    const kindOf = (wanted: string) => tokens.find(({ text }) => text === wanted)?.kind;
    assert.deepEqual(['const', '"<b>"', '// why', '42'].map(kindOf), ['keyword', 'string', 'comment', 'literal']);
  });

  test('of a language that is not known has none', () => {
    assert.equal(tokenize('klingon', 'qapla'), null);
    assert.equal(tokenize('__proto__', 'x'), null);
  });

  test('in a file is of the language that its name tells', () => {
    assert.equal(languageOfPath('src/a.b/Index.TSX'), 'tsx');
    assert.equal(languageOfPath('Dockerfile'), 'dockerfile');
    assert.equal(languageOfPath('.gitignore'), '');
    assert.equal(languageOfPath('src.d/README'), '');
  });
});
