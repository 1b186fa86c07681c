import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OUTBOX_WINDOW } from '../src/stream/outbox.ts';
import { connectedHost, nodeAgent, statusOf } from './harness.ts';

/** Writes on for as long as it is read, and tells over stderr nothing. */
const endless = nodeAgent(`
  process.stdin.on('end', () => process.exit());
  process.stdin.once('data', (line) => {
    const { id } = JSON.parse(line);
    let n = 0;
    const write = () => {
      for (;;) {
        n += 1;
        const text = JSON.stringify(n === 1 ? { id, result: 0 } : { method: 'tick', params: { n, filler: 'x'.repeat(1000) } });
        if (!process.stdout.write(text + '\\n')) return process.stdout.once('drain', write);
      }
    };
    write();
  });
`);

describe('a controller that does not ack', () => {
  test('stops its own agent at the window, which goes on with the ack', async (t) => {
    const { authority, host, link } = await connectedHost(t, { agent: endless });
    authority.acking = false;
    const stream = authority.openStream();
    await stream.request('initialize');
    await statusOf(host, ({ streams }) => (streams[0]?.unacked ?? 0) >= OUTBOX_WINDOW.frames);
    const { unacked = 0, stopped } = host.status().streams[0] ?? {};
    assert.equal(stopped, true);
    assert.ok(unacked < 2 * OUTBOX_WINDOW.frames, `${unacked} frames are kept`);
    await authority.waitFor(() => stream.frames.length === unacked);

    link.send({ type: 'ack', client_id: stream.clientId, stream_id: stream.streamId, seq_id: unacked });
    await authority.waitFor(() => stream.frames.length > unacked + OUTBOX_WINDOW.frames / 2);
    const numbers = stream.frames.map(({ envelope }) => envelope.seq_id);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
    );
  });

  test('does not stop anybody else', async (t) => {
    const { authority, host, link } = await connectedHost(t, { agent: endless });
    authority.acking = false;
    const stuck = authority.openStream();
    await stuck.request('initialize');
    await statusOf(host, ({ streams }) => (streams[0]?.unacked ?? 0) >= OUTBOX_WINDOW.frames);
    const other = authority.openStream();
    assert.equal((await other.request('initialize')).result, 0);
    link.send({ type: 'ping', client_id: other.clientId, stream_id: 'unheard of' });
    await authority.waitFor(() => link.frames.some(({ envelope }) => envelope['status'] === 'unknown'));
  });
});

describe('a malformed message', () => {
  test('of a controller is answered with a parse error, once, and the stream goes on', async (t) => {
    const { authority, link } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    const envelope = JSON.stringify(stream.envelope({ here: 0 })).replace(
      '{"here":0}',
      '{"method":"x","params":{nonsense}}',
    );
    link.sendText(envelope);
    link.sendText(envelope);
    await stream.request('pid');
    const errors = stream.messages.filter(({ error }) => error !== undefined);
    assert.equal(errors.length, 1);
    assert.equal(errors[0]?.id, null);
    assert.match(JSON.stringify(errors[0]?.error), /"code":-32700.*could not read a message: not JSON/);
  });

  test('of a controller without a stream is dropped, and so is a frame that is no envelope', async (t) => {
    const { authority, link, log } = await connectedHost(t);
    link.sendText('{"type":"client_message","client_id":"c","stream_id":"s","seq_id":1,"message":{nonsense}}');
    for (const text of ['nonsense', '{}', '{"type":"surprise","client_id":"c"}', '[]', '']) link.sendText(text);
    const stream = authority.openStream();
    assert.deepEqual((await stream.request('initialize', 1)).result, 1);
    assert.equal(authority.allLinks.length, 1);
    assert.match(log.text, /dropped a frame of the relay/);
  });

  test('of an agent is dropped with a warning, and the stream goes on', async (t) => {
    const { authority, log } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    stream.send({ method: 'write', params: { text: 'npm notice: hello\n\n[1,2]\n{"neither":1}\n' } });
    await stream.request('pid');
    assert.equal(stream.messages.length, 2);
    assert.equal(log.text.match(/wrote a message that is not/g)?.length, 3);
  });
});

describe('a message', () => {
  const raw = '{"id":12345678901234567890,"method":"line","b":1,"a":1e2,"b2":"\\u00e9é\\/ \\ud83d\\ude00","n":1.0}';

  test('reaches the agent byte for byte, and comes back so', async (t) => {
    const echoLine = nodeAgent(`
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        console.log(line.includes('initialize') ? '{"id":"injected-1","result":0}' : line.replace('"method":"line"', '"result":0'));
      });
    `);
    const { authority, link } = await connectedHost(t, { agent: echoLine });
    const stream = authority.openStream();
    await stream.request('initialize');
    link.sendText(JSON.stringify(stream.envelope({ here: 0 })).replace('{"here":0}', raw));
    const frame = await authority.waitFor(() => stream.frames[1]);
    assert.ok(frame.raw.endsWith(`"message":${raw.replace('"method":"line"', '"result":0')}}`), frame.raw);
  });

  test('with line breaks between its tokens reaches the agent as one line', async (t) => {
    const { authority, link } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    const text = '{\r\n  "id": 7,\n  "method": "line"\n}';
    link.sendText(JSON.stringify(stream.envelope({ here: 0 })).replace('{"here":0}', text));
    const reply = await authority.waitFor(() => stream.messages.find(({ id }) => id === 7));
    assert.equal(reply.result, '{   "id": 7,   "method": "line" }');
  });

  test('over 150 KiB goes through in segments, both ways', async (t) => {
    const { authority, link } = await connectedHost(t);
    const stream = authority.openStream();
    await stream.request('initialize');
    const params = 'é'.repeat(200_000);
    const bytes = Buffer.from(JSON.stringify({ id: 'large', method: 'echo', params }));
    const { message: _, ...address } = stream.envelope({});
    const half = Math.ceil(bytes.length / 5);
    for (let segment = 0; segment < 5; segment += 1) {
      link.send({
        ...address,
        type: 'client_message_chunk',
        segment_id: segment,
        segment_count: 5,
        message_size_bytes: bytes.length,
        message_chunk_base64: bytes.subarray(segment * half, (segment + 1) * half).toString('base64'),
      });
    }
    const reply = await authority.waitFor(() => stream.messages.find(({ id }) => id === 'large'));
    assert.equal(reply.result, params);
    assert.ok(stream.frames.some(({ envelope }) => envelope.type === 'server_message_chunk'));
  });
});
