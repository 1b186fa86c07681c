import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const DOCUMENT = new URL('../../docs/security.md', import.meta.url);

test('each promise of docs/security.md names a test that is there', () => {
  const [, section = ''] = readFileSync(DOCUMENT, 'utf8').split('## What holds each promise');
  const rows = [
    ...section
      .split('\n## ', 1)
      .join('')
      .matchAll(/^\| [^|]* \| \[[^\]]+\]\(([^)]+)\) \| ([^|]+) \|$/gm),
  ];
  assert.ok(rows.length >= 30, `${rows.length} rows were read`);
  for (const [, file = '', title = ''] of rows) {
    const source = readFileSync(new URL(file, DOCUMENT), 'utf8');
    assert.ok(source.includes(title), `${file} has no test "${title}"`);
  }
});
