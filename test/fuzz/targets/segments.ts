import assert from 'node:assert/strict';
import type { Seeded } from '@holdfast/testkit';
import { Assembler, limits, type Segment, splitMessage } from '@holdfast/wire';
import type { Target } from '../target.ts';

const OWNERS = ['a', 'b', 'c'];

/** The input is a message; its segments are played to one assembler by several owners, spoiled and mixed. */
export const segmentTarget: Target = {
  name: 'segments',
  seeds: ['{"method":"x"}', JSON.stringify({ method: 'x', params: { text: 'é😀'.repeat(50) } }), '{}'],
  check: (input, random) => {
    const message = input.toWellFormed();
    const segments = splitMessage(message);
    const assembler = new Assembler();
    const whole = segments.map((segment) => assembler.take('owner', 's', 1, segment)).at(-1);
    if (message.length > 1)
      assert.deepEqual(whole, { kind: 'complete', message }, 'what is split is put together as it was');
    assert.equal(assembler.heldBytes, 0);
    for (let step = 0; step < 12; step += 1) {
      const segment = spoiled(random.pick(segments), random);
      const taken = assembler.take(random.pick(OWNERS), random.pick(['s', 't']), random.between(1, 2), segment);
      if (taken.kind === 'complete') assert.equal(Buffer.byteLength(taken.message), segment.message_size_bytes);
      assert.ok(assembler.heldBytes >= 0 && assembler.heldBytes <= limits.assemblyBytes);
    }
    for (const owner of OWNERS) assembler.forget(owner);
    assert.equal(assembler.heldBytes, 0, 'nothing is held for nobody');
  },
};

function spoiled(segment: Segment, random: Seeded): Segment {
  if (random.chance(0.6)) return segment;
  const numbers = [0, 1, 2, 3, 1_024, 1_025, limits.messageBytes, limits.messageBytes + 1, Number.MAX_SAFE_INTEGER];
  switch (random.between(0, 3)) {
    case 0:
      return { ...segment, segment_id: random.pick(numbers) };
    case 1:
      return { ...segment, segment_count: random.pick(numbers) };
    case 2:
      return { ...segment, message_size_bytes: random.pick(numbers) };
    default:
      return {
        ...segment,
        message_chunk_base64: random.pick(['', '=', '====', 'AAA', 'AAA=', '/w==', 'gICA', ' AAAA']),
      };
  }
}
