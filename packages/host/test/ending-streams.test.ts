import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { settle } from '@holdfast/testkit';
import { EndingStreams } from '../src/stream/ending-streams.ts';

function endingStream() {
  const ended = Promise.withResolvers<void>();
  const done: string[] = [];
  return {
    done,
    end: ended.resolve,
    ended: ended.promise,
    close: () => void done.push('closed'),
    kill: () => void done.push('killed'),
  };
}

describe('streams that are ending', () => {
  test('are closed, and killed, the oldest first, where there are too many', async () => {
    const ending = new EndingStreams(2);
    const [first, second, third, fourth] = [endingStream(), endingStream(), endingStream(), endingStream()];
    for (const stream of [first, second, third]) ending.add(stream);
    assert.deepEqual(first.done, ['closed', 'killed']);
    assert.deepEqual(second.done, ['closed']);
    first.end();
    second.end();
    await settle();
    ending.add(fourth);
    assert.deepEqual(third.done, ['closed']);
  });

  test('are waited for', async () => {
    const ending = new EndingStreams(2);
    const stream = endingStream();
    ending.add(stream);
    let settled = false;
    const wait = ending.settled().then(() => {
      settled = true;
    });
    await settle();
    assert.equal(settled, false);
    stream.end();
    await wait;
  });
});
