import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { policies } from '../src/policies/index.ts';
import { htmlReport } from '../src/report/html.ts';
import { progressBar, sparkline } from '../src/report/terminal.ts';
import { shippedScenarios } from '../src/scenario/shipped.ts';
import { storm } from '../src/storm.ts';

describe('a report', () => {
  test('the page holds its charts and asks nobody for anything', async () => {
    const shipped = shippedScenarios().find(({ name }) => name === 'refresh-502');
    const [policy] = policies;
    assert.ok(shipped !== undefined && policy !== undefined);
    const scenario = { ...shipped, about: 'what <b>it</b> is "about"' };
    const page = htmlReport(scenario, [await storm({ scenario, policy, hosts: 100, seed: '1' })]);
    assert.equal(page.match(/<svg /g)?.length, 3);
    assert.equal(page.match(/(?:src|href)=|url\(|@import/g), null);
    assert.ok(!page.includes('<b>it</b>'));
    assert.ok(!page.includes('NaN') && !page.includes('undefined'));
  });

  test('a sparkline keeps the peaks when it is narrower than its values', () => {
    assert.equal(sparkline([0, 0, 9, 0], 2), '▁█');
    assert.equal(sparkline([0, 0], 2), '▁▁');
    assert.equal(progressBar(0.5, 4), '[##..]  50 %');
  });
});
