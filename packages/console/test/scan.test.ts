import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cameraProblem } from '../src/scan/camera-problem.ts';
import { readScanned } from '../src/scan/scanned-text.ts';

const here = 'https://relay.example';
const problemOf = (text: string) => {
  const scanned = readScanned(text, here);
  return 'problem' in scanned ? scanned.problem : '';
};

describe('a QR code', () => {
  test('of this relay gives its code, be it the long or the short one', () => {
    assert.deepEqual(readScanned(`${here}/#ABCD-2345`, here), { code: 'ABCD-2345' });
    assert.deepEqual(readScanned(`${here}/#pc_0123456789abcdef`, here), { code: 'pc_0123456789abcdef' });
    assert.deepEqual(readScanned('ABCD-2345', here), { code: 'ABCD-2345' });
  });

  test('of another relay is named, and its code is not tried here', () => {
    assert.match(problemOf('https://other.example/#ABCD-2345'), /another relay, https:\/\/other\.example\./);
  });

  test('of something else is said to be none', () => {
    for (const text of ['hello', 'WIFI:S:home;T:WPA;P:secret;;', 'javascript:alert(1)', '']) {
      assert.equal(problemOf(text), 'This QR code is not one of Holdfast.', text);
    }
    assert.match(problemOf(`${here}/menu`), /without a pairing code/);
  });
});

test('a camera that gives no picture is explained, whatever the reason', () => {
  assert.match(cameraProblem('NotAllowedError'), /not allowed.*type the code/);
  assert.match(cameraProblem('NotFoundError'), /There is no camera/);
  assert.match(cameraProblem('NotReadableError'), /another program/);
  assert.match(cameraProblem('SomethingNew'), /does not work here/);
});
