import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage, request as requestHttp } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { portOf, startFarSide, startForward } from './harness.ts';

async function ask(url: string, headers: string[], body?: string): Promise<IncomingMessage> {
  const request = requestHttp(url, { method: body === undefined ? 'GET' : 'POST', headers });
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return answer;
}

describe('a request', () => {
  test('comes to the relay as it was asked, under the relay’s name, without what belongs to the connection', async (t) => {
    let seen: IncomingMessage | undefined;
    let body = '';
    const far = await startFarSide(t, async (request, answer) => {
      seen = request;
      body = await text(request);
      answer.end();
    });
    const { forwarder } = await startForward(t, `http://localhost:${portOf(far)}/backend-api`);
    assert.match(forwarder.base, /^http:\/\/127\.0\.0\.1:\d+\/backend-api$/);
    const { host } = new URL(forwarder.url);
    const sent = ['Host', host, 'Authorization', 'Bearer token', 'X-Twice', 'a', 'x-twice', 'b'];
    const ofConnection = [
      'Connection',
      'X-Hop, keep-alive',
      'X-Hop',
      '1',
      'TE',
      'trailers',
      'Proxy-Authorization',
      'no',
    ];
    await ask(
      `${forwarder.base}/a%20b?c=%2F`,
      [...sent, ...ofConnection, 'Origin', forwarder.url, 'Transfer-Encoding', 'chunked'],
      'the body',
    );
    assert.equal(seen?.method, 'POST');
    assert.equal(seen.url, '/backend-api/a%20b?c=%2F');
    assert.equal(body, 'the body');
    assert.deepEqual(seen.headersDistinct['x-twice'], ['a', 'b']);
    assert.equal(seen.headers.host, `localhost:${portOf(far)}`);
    assert.equal(seen.headers.origin, `http://localhost:${portOf(far)}`);
    assert.equal(seen.headers.authorization, 'Bearer token');
    for (const name of ['x-hop', 'te', 'proxy-authorization']) assert.equal(seen.headers[name], undefined, name);
  });

  test('of a page elsewhere keeps its origin, so that the relay can refuse it', async (t) => {
    const far = await startFarSide(t, (request, answer) => answer.end(request.headers.origin));
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    const answer = await ask(forwarder.url, ['Host', new URL(forwarder.url).host, 'Origin', 'https://elsewhere.test']);
    assert.equal(await text(answer), 'https://elsewhere.test');
  });

  test('is answered with what the relay answered: status, headers, body', async (t) => {
    const far = await startFarSide(t, (_, answer) => {
      answer.writeHead(429, 'Slow down', [
        ...['Retry-After', '17', 'Date', 'Wed, 01 Jan 2020 00:00:00 GMT', 'X-Request-Id', 'r-1'],
        ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Connection', 'X-Hop', 'X-Hop', '1'],
        ...['Location', `http://127.0.0.1:${portOf(far)}/there`],
      ]);
      answer.end('{"detail":"busy"}');
    });
    const { forwarder, told } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    const answer = await ask(forwarder.url, ['Host', new URL(forwarder.url).host]);
    assert.deepEqual([answer.statusCode, answer.statusMessage], [429, 'Slow down']);
    const { headers } = answer;
    assert.deepEqual([headers['retry-after'], headers.date], ['17', 'Wed, 01 Jan 2020 00:00:00 GMT']);
    assert.deepEqual([headers['x-request-id'], headers['set-cookie']], ['r-1', ['a=1', 'b=2']]);
    assert.deepEqual([headers['x-hop'], headers.location], [undefined, `${forwarder.url}/there`]);
    assert.equal(await text(answer), '{"detail":"busy"}');
    assert.deepEqual(told, [], 'a relay that refuses is reached');
  });

  test('whose answer nobody reads is not read from the relay either', async (t) => {
    const chunk = Buffer.alloc(64 * 1024);
    const stuck = Promise.withResolvers<number>();
    const far = await startFarSide(t, (_, answer) => {
      let written = 0;
      const write = () => {
        while (answer.write(chunk)) written += chunk.length;
        written += chunk.length;
        const gaveUp = setTimeout(() => stuck.resolve(written), 500);
        answer.once('drain', () => {
          clearTimeout(gaveUp);
          write();
        });
      };
      write();
    });
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    const answer = await ask(forwarder.url, ['Host', new URL(forwarder.url).host]);
    assert.ok((await stuck.promise) < 64 * 1024 * 1024, 'the buffers of four sockets, and no more');
    answer.destroy();
  });

  test('that is given up here is given up there', async (t) => {
    const gone = Promise.withResolvers<void>();
    const far = await startFarSide(t, (_, answer) => {
      answer.on('close', () => gone.resolve());
    });
    const { forwarder, told } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    const asking = once(far, 'request');
    const request = get(forwarder.url).on('error', () => {});
    await asking;
    request.destroy();
    await gone.promise;
    assert.deepEqual(told, []);
  });

  test('whose answer breaks off does not look whole', async (t) => {
    const far = await startFarSide(t, (_, answer) => {
      answer.write('half');
      setImmediate(() => answer.destroy());
    });
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    await assert.rejects(
      async () => text(await ask(forwarder.url, ['Host', new URL(forwarder.url).host])),
      /aborted|terminated|hang up|closed/i,
    );
  });
});

describe('a relay that cannot be reached', () => {
  test('costs an asker who is still sending no more than the answer', async (t) => {
    const far = await startFarSide(t, () => {});
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    far.close();
    await once(far, 'close');
    const answer = await fetch(forwarder.url, { method: 'POST', body: 'x'.repeat(4_000_000) });
    assert.equal(answer.status, 502);
    assert.match(await answer.text(), /ECONNREFUSED/);
  });

  test('is told by 502 and a sentence, and once to whoever runs the forwarder, and so is its return', async (t) => {
    const far = await startFarSide(t, (_, answer) => answer.end('here'));
    const port = portOf(far);
    const { forwarder, told } = await startForward(t, `http://127.0.0.1:${port}`);
    far.close();
    await once(far, 'close');
    for (let times = 0; times < 2; times += 1) {
      const answer = await fetch(forwarder.url);
      assert.equal(answer.status, 502);
      const { detail } = (await answer.json()) as { detail: string };
      assert.match(detail, new RegExp(`could not reach http://127\\.0\\.0\\.1:${port}: connect ECONNREFUSED`));
    }
    far.listen(port, '127.0.0.1');
    await once(far, 'listening');
    assert.equal(await (await fetch(forwarder.url)).text(), 'here');
    assert.equal(told.length, 2);
    assert.match(told.join(), /ECONNREFUSED.*,reached$/);
  });
});

describe('whom it answers', () => {
  test('beyond its bound somebody is sent away with a moment to come back, and is served when there is room', async (t) => {
    const far = await startFarSide(t, (_, answer) => answer.end());
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`, { maxConnections: 1 });
    const { port } = new URL(forwarder.url);
    const idle = connect(Number(port), '127.0.0.1');
    await once(idle, 'connect');
    const refused = await ask(forwarder.url, ['Host', `127.0.0.1:${port}`]);
    assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [503, '1']);
    idle.destroy();
    let status = 503;
    while (status === 503) status = (await ask(forwarder.url, ['Host', `127.0.0.1:${port}`])).statusCode ?? 0;
    assert.equal(status, 200);
  });

  test('a name that is not loopback is refused, since a page elsewhere could have made it point here', async (t) => {
    const far = await startFarSide(t, (_, answer) => answer.end());
    const { forwarder } = await startForward(t, `http://127.0.0.1:${portOf(far)}`);
    assert.equal((await ask(forwarder.url, ['Host', 'evil.test'])).statusCode, 421);
    assert.equal((await ask(forwarder.url, ['Host', `localhost:${new URL(forwarder.url).port}`])).statusCode, 200);
  });

  test('it listens on loopback alone, unless it is told otherwise', async (t) => {
    const listen = { host: '0.0.0.0', port: 0 };
    await assert.rejects(startForward(t, 'http://relay.test', { listen }), /0\.0\.0\.0 is not loopback/);
    const { forwarder } = await startForward(t, 'http://relay.test', { listen, allowInsecure: true });
    assert.match(forwarder.url, /^http:\/\/0\.0\.0\.0:\d+$/);
  });
});
