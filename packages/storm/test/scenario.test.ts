import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseScenario, ScenarioError } from '../src/scenario/parse.ts';
import { shippedScenarios } from '../src/scenario/shipped.ts';

const refusal = (text: string): string => {
  try {
    parseScenario(text, 'file.json');
  } catch (error) {
    assert.ok(error instanceof ScenarioError);
    return error.message;
  }
  throw new Error('it was taken');
};

describe('a scenario', () => {
  test('those that are shipped can be run, and say what they are about', () => {
    const names = shippedScenarios().map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.length >= 9, names.join());
  });

  test('a wrong value is told with its line and its member', () => {
    const text = `{
  "name": "mine",
  "about": "a string with } and \\" in it",
  "incidents": [
    { "fault": "502", "from": 1, "to": 2 },
    { "fault": "503",
      "from": 10, "to": "noon" }
  ]
}`;
    assert.match(refusal(text), /^file\.json:7: incidents\[1\]\.to is wrong: .*number/);
  });

  test('an unknown member is told with its line', () => {
    assert.match(
      refusal('{"name":"mine","about":"",\n"authority":{"capacity":2,\n"colour":"red"}}'),
      /^file\.json:3: authority\.colour is not a member that a scenario has here$/,
    );
  });

  test('what is no JSON is told with its place', () => {
    assert.match(refusal('{"name": }'), /^file\.json:1: this is not JSON: /);
    assert.match(refusal('{\n"name": "mine",\n"about": nothing,\n"duration": 60\n}'), /^file\.json:3: /);
    assert.match(refusal('{\n"name": "mine"\n"about": ""\n}'), /^file\.json:3: /);
    assert.match(refusal('{\n"name": "mine",\n'), /^file\.json:[23]: .*JSON/);
  });

  test('all faults are told at once', () => {
    assert.equal(refusal('{"name":"Not This","about":5,"duration":1}').split('\n').length, 3);
  });

  for (const [what, members, why] of [
    [
      'an authority that never keeps up',
      '"authority":{"capacity":0.5}',
      /authority\.capacity is 0\.5: an authority that can do less/,
    ],
    [
      'an incident that ends before it begins',
      '"incidents":[{"fault":"hang","from":9,"to":9}]',
      /incidents\[0\]\.to is 9, which is not after/,
    ],
    [
      'an incident after the end',
      '"incidents":[{"fault":"hang","from":9,"to":9000}]',
      /incidents\[0\]\.to is 9000, after the scenario's end at 3600/,
    ],
    [
      'tokens that expired before the start',
      '"fleet":{"enrolled":"together","enrolled_ago":3600}',
      /would have expired before the start/,
    ],
    [
      'a sleep that ends before it begins',
      '"fleet":{"asleep":{"share":1,"wake_from":900,"wake_to":600}}',
      /wake_to is 600, which is not after/,
    ],
  ] as const) {
    test(`${what} is refused with the reason`, () => {
      assert.match(refusal(`{"name":"mine","about":"",${members}}`), why);
    });
  }
});
