import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countChanges, diffLines } from '../src/chat/diff.ts';
import { appendOutput, MOST_OUTPUT, NO_OUTPUT } from '../src/chat/output.ts';
import { suggestName } from '../src/device/device-name.ts';
import { codeInFragment, formatTyped, isWhole } from '../src/device/page-code.ts';
import { pairProblem } from '../src/device/pair-problem.ts';
import { stopReason } from '../src/device/stop-reason.ts';
import { plainOutput } from '../src/text/ansi.ts';
import { reveal } from '../src/text/reveal.ts';
import { ago, duration } from '../src/text/time.ts';

describe('what a command wrote', () => {
  test('is shown without colours, titles and what was written over', () => {
    assert.equal(
      plainOutput('\u001b[1;31mred\u001b[0m\u001b]0;title\u0007 plain\r\n10%\r50%\r100%\ndone'),
      'red plain\n100%\ndone',
    );
  });

  test('is kept to its end, and how much came before is counted', () => {
    const whole = 'a line of output\n'.repeat(20_000);
    const output = [...whole.matchAll(/[\s\S]{1,999}/g)].reduce(
      (kept, [delta]) => appendOutput(kept, delta),
      NO_OUTPUT,
    );
    assert.ok(output.text.length <= MOST_OUTPUT);
    assert.ok(whole.endsWith(output.text));
    assert.equal(output.text.length + output.droppedCharacters, whole.length);
    assert.match(output.text, /^a line/);
  });
});

test('nothing hides in a command that is to be allowed', () => {
  assert.equal(reveal('rm\u202e -rf /\u200b\u0007\nnext'), 'rm⟨U+202E⟩ -rf /⟨U+200B⟩⟨U+0007⟩\nnext');
  assert.equal(reveal('grep "naïve 😀" file'), 'grep "naïve 😀" file');
});

describe('a diff', () => {
  test('is lines with signs, without the headers', () => {
    const { lines } = diffLines(
      '--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,2 @@\n same\n--- gone\n+new\n\\ No newline at end of file\n',
      'update',
    );
    assert.deepEqual(
      lines.map(({ sign, text }) => sign + text),
      ['@@@ -1,2 +1,2 @@', ' same', '--- gone', '+new'],
    );
    assert.deepEqual(countChanges(lines), { added: 1, removed: 1 });
  });

  test('of a new file is its text', () => {
    assert.deepEqual(countChanges(diffLines('one\ntwo\n', 'add').lines), { added: 2, removed: 0 });
    assert.deepEqual(countChanges(diffLines('one\n', 'delete').lines), { added: 0, removed: 1 });
  });

  test('that is long is cut, and says by how much', () => {
    assert.equal(diffLines('+x\n'.repeat(5_000), 'add').left, 3_000);
  });
});

describe('a pairing code', () => {
  test('is read from the fragment, in either form, and from nothing else', () => {
    assert.equal(codeInFragment('#ABCD-2345'), 'ABCD-2345');
    assert.equal(codeInFragment('#a_long-pairing-code_0123456789'), 'a_long-pairing-code_0123456789');
    for (const hash of ['', '#', '#machines', '#<b>bold</b>', '#ABCD-234'])
      assert.equal(codeInFragment(hash), null, hash);
  });

  test('takes its form while it is typed', () => {
    assert.deepEqual(['a', 'abcd', 'abcd2', 'ab cd-23 45zz'].map(formatTyped), ['A', 'ABCD', 'ABCD-2', 'ABCD-2345']);
    assert.deepEqual(['ABCD-234', 'ABCD-2345'].map(isWhole), [false, true]);
  });

  test('that does not work gets its reason, and what to do', () => {
    const failure = { code: 'ERR_CONTROLLER_CODE', status: 404, retryAt: null, triesLeft: 1, message: '' } as const;
    const now = Date.parse('2026-01-02T10:00:00Z');
    assert.match(pairProblem(failure, now).advice, /1 try left.*holdfast pair/);
    assert.match(pairProblem({ ...failure, status: 410 }, now).title, /just been used/);
    assert.match(pairProblem({ ...failure, status: null }, now).title, /not a pairing code/);
    const wait = pairProblem({ ...failure, status: 429, retryAt: now + 540_000 }, now);
    assert.match(wait.advice, /Try again at \d\d:09, in 9 min/);
    assert.equal(wait.retryAt, now + 540_000);
    assert.match(pairProblem({ ...failure, code: 'ERR_CONTROLLER_NETWORK' }, now).advice, /was not used/);
  });
});

test('the page stops where it cannot keep a key, or a browser lacks what it needs', () => {
  const able = { isSecureContext: true, hasCrypto: true, parsesUrls: true };
  assert.equal(stopReason(able), null);
  assert.equal(stopReason({ ...able, isSecureContext: false, hasCrypto: false }), 'insecure');
  assert.equal(stopReason({ ...able, parsesUrls: false }), 'old');
});

test('a device is called by its browser and system', () => {
  const phone =
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36';
  assert.equal(suggestName(phone), 'Chrome on Android');
  assert.equal(
    suggestName('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1'),
    'Safari on iPhone',
  );
  assert.equal(suggestName(''), 'Browser');
});

test('times are told as people tell them', () => {
  assert.deepEqual([-5, 400, 59_000, 90_000, 7_200_000, 200_000_000].map(duration), [
    '0 s',
    '1 s',
    '59 s',
    '2 min',
    '2 h',
    '2 days',
  ]);
  assert.equal(ago(0, 5_000), 'just now');
  assert.equal(ago(0, 180_000), '3 min ago');
});
