import assert from 'node:assert/strict';
import { parseFromHost, parseToController, WireError } from '@holdfast/wire';
import { type HostFrame, HostFrames, wholeOf } from '../../../packages/relay/src/passing/host-frame.ts';
import { PlainFrames } from '../../../packages/relay/src/passing/plain-frame.ts';
import { jsonOf, parsed, type Target } from '../target.ts';

const ids = '"client_id":"cli_1","stream_id":"s1","seq_id":7';
const chunk = '"segment_id":0,"segment_count":2,"message_size_bytes":9,"message_chunk_base64":"QUJD"';

/** The short way of reading a host's frame gives what the long one would, or nothing. */
export const plainFrameTarget: Target = {
  name: 'frame of a host, as bytes',
  weight: 3,
  seeds: [
    `{"type":"server_message",${ids},"message":{"id":1,"result":{"a":"\\"}{","b":[1,{}]}}}`,
    `{"message":{"result":{"text":"${'é'.repeat(40)}\\\\"}},"type":"server_message",${ids}}`,
    `{"type":"server_message_chunk",${ids},${chunk}}`,
    `{"type":"server_message_chunk",${ids},"segment_id":1,"segment_count":2,"message_size_bytes":90,"message_chunk_base64":"${'QUJD'.repeat(30)}"}`,
    `{"type":"pong",${ids},"status":"unknown"}`,
  ],
  check: (input, random) => {
    const bytes = Buffer.from(input); // as a websocket hands it over: valid UTF-8
    const text = bytes.toString();
    const isStated = (error: unknown) => error instanceof WireError;
    const long = parsed(() => parseFromHost(text), isStated);
    const plain = new PlainFrames().read(bytes);
    // a base64 is not looked at in passing: with a control character in it, whoever puts the message together refuses it
    const controlled = plain?.type === 'server_message_chunk' && /\p{Cc}/u.test(text);
    if (controlled) return;
    if (plain !== null) {
      assert.ok(long !== undefined, 'what the short way takes, the long one takes');
      const { type, client_id, stream_id, seq_id } = long.value;
      const { segment_id, segment_count, ...address } = plain;
      assert.deepEqual(address, { type, client_id, stream_id, seq_id });
      const segment = 'segment_count' in long.value ? long.value : { segment_id: 0, segment_count: 0 };
      assert.deepEqual(
        { segment_id, segment_count },
        { segment_id: segment.segment_id, segment_count: segment.segment_count },
      );
    }
    const read = parsed(() => new HostFrames('env_1').read(bytes), isStated);
    assert.equal(read === undefined, long === undefined, 'both ways refuse the same');
    const cuts = [random.next(), random.next()].map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b);
    const pieces = [0, ...cuts].map((from, n) => bytes.subarray(from, cuts[n])).filter(({ length }) => length > 0);
    const inPieces = parsed(() => new HostFrames('env_1').readPieces(pieces), isStated);
    assert.deepEqual(joined(inPieces?.value), joined(read?.value), 'in pieces it is the same');
    if (read === undefined || long === undefined) return;
    const { cursor: _, env_id: ___, ...envelope } = long.value;
    const whole = wholeOf(read.value.content).toString();
    const passed = parseToController(whole);
    const { cursor: __, ...bare } = passed;
    assert.deepEqual(bare, { ...envelope, env_id: 'env_1' }, 'its controller gets what its host said');
    assert.equal(jsonOf(whole) !== undefined, !('message' in envelope) || jsonOf(envelope.message) !== undefined);
  },
};

const joined = (frame: HostFrame | undefined) => frame && { ...frame, content: wholeOf(frame.content).toString() };
