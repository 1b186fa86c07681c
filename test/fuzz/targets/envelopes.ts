import assert from 'node:assert/strict';
import {
  type Envelope,
  encodeEnvelope,
  parseFromController,
  parseFromHost,
  parseToController,
  parseToHost,
  scanObject,
  stampCursor,
  WireError,
} from '@holdfast/wire';
import { isDeep, jsonOf, parsed, type Target } from '../target.ts';

const ids = '"client_id":"cli_1","stream_id":"s1","seq_id":7';
const chunk = '"segment_id":0,"segment_count":2,"message_size_bytes":9,"message_chunk_base64":"QUJD"';
const seeds = [
  `{"type":"client_message",${ids},"env_id":"e","message":{"id":1,"method":"initialize","params":{"a":[1,2,{"b":"\\"}{"}]}}}`,
  `{"message":{"result":{"n":12345678901234567890}},"type":"server_message",${ids}}`,
  `{"type":"client_message_chunk",${ids},"env_id":"e",${chunk}}`,
  `{"type":"server_message_chunk",${ids},${chunk}}`,
  `{"type":"ack",${ids},"env_id":"e","segment_id":3}`,
  `{"type":"pong",${ids},"status":"unknown"}`,
  `{"type":"ping",${ids},"env_id":"e","cursor":"ab-12"}`,
  '{"type":"client_closed","client_id":"c\\u00e9","stream_id":null}',
];

const isStated = (error: unknown) =>
  error instanceof WireError && ['ERR_WIRE_JSON', 'ERR_WIRE_ENVELOPE'].includes(error.code);

function envelopeTarget<E extends Envelope>(name: string, parse: (text: string) => E): Target {
  return {
    name,
    seeds,
    weight: 2,
    check: (input) => {
      const read = parsed(() => parse(input), isStated);
      if (read === undefined) return;
      const again = parse(encodeEnvelope(read.value));
      assert.deepEqual(again, read.value, 'an envelope that is written is read as it was');
      const { cursor: _, ...bare } = read.value;
      const stamped = parse(stampCursor(encodeEnvelope(bare as E), 'epoch-9')); // a cursor is never one of those that are required
      assert.equal(stamped.cursor, 'epoch-9');
      const json = jsonOf(input);
      if (json === undefined) {
        const written = jsonOf(encodeEnvelope(read.value)) !== undefined;
        const inside = 'message' in read.value && jsonOf(read.value.message) === undefined;
        assert.ok(written || inside, 'only inside a message may what is written be no JSON');
        return;
      }
      const members: Record<string, unknown> = { ...(json.value as object) }; // an envelope was read of it
      for (const [member, value] of Object.entries(read.value)) {
        if (member === 'message') assert.ok(input.includes(String(value)), 'a message is passed byte for byte');
        else assert.deepEqual(members[member], value, member);
      }
    },
  };
}

/** Members of an object, as `JSON.parse` has them. */
const scanTarget: Target = {
  name: 'json-scan',
  seeds: [
    ...seeds,
    '{}',
    '{"a":1,"b":[{"c":"]"}],"d":"\\\\"}',
    ' { "x" : -1.5e+3 , "y" : [ ] } ',
    '{"\\ud83d\\ude00":"\\ud800"}',
  ],
  weight: 3,
  check: (input) => {
    const scanned = parsed(
      () => scanObject(input),
      (error) => error instanceof WireError && error.code === 'ERR_WIRE_JSON',
    );
    const json = jsonOf(input);
    const isObject = typeof json?.value === 'object' && json.value !== null && !Array.isArray(json.value);
    if (scanned === undefined) {
      if (!isObject) return;
      assert.ok(
        hasRepeatedMember(input) || Object.keys(json.value).length > 32,
        'what is refused has a member twice, or too many',
      );
      return;
    }
    const members = scanned.value;
    for (const raw of members.values()) assert.ok(input.includes(raw));
    if (isDeep(input)) return;
    if (json === undefined) {
      const broken = [...members.values()].filter((raw) => jsonOf(raw) === undefined);
      assert.ok(
        broken.length > 0 && broken.every((raw) => '{["'.includes(raw[0] ?? '')),
        'only a nested value may be no JSON',
      );
      return;
    }
    assert.ok(isObject);
    const own = Object.fromEntries([...members].map(([name, raw]) => [name, JSON.parse(raw) as unknown]));
    assert.deepEqual(own, Object.fromEntries(Object.entries(json.value)));
  },
};

/** Whether the outermost object has a member twice, found by another way than the scanner's. */
function hasRepeatedMember(text: string): boolean {
  const names: string[] = [];
  let depth = 0;
  for (const { 0: token, 1: name, 2: colon } of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (name === undefined) depth += token === '{' || token === '[' ? 1 : -1;
    else if (depth === 1 && colon !== undefined) names.push(String(JSON.parse(name)));
  }
  return new Set(names).size < names.length;
}

export const envelopeTargets: readonly Target[] = [
  scanTarget,
  envelopeTarget('envelope to a host', parseToHost),
  envelopeTarget('envelope from a host', parseFromHost),
  envelopeTarget('envelope from a controller', parseFromController),
  envelopeTarget('envelope to a controller', parseToController),
];
