import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ChallengeResponse,
  connectionPayload,
  type DeviceKey,
  headers,
  paths,
  SocketChallenge,
  sign,
  socketEndpoint,
} from '@holdfast/wire';
import WebSocket from 'ws';
import { newKey, proofOf } from './harness/controller.ts';
import { post, TestHost } from './harness/host.ts';
import { Peer } from './harness/peer.ts';
import { relayFor } from './harness/relay.ts';

/** As a controller that knows nothing of Holdfast comes in: with its account's headers, and by nothing but docs/protocol.md §5 and §6. */
async function enroll(base: string, account: Record<string, string>, key: DeviceKey) {
  const start = (await post(base, paths.clientEnrollStart, {}, account)).body as ChallengeResponse;
  const finish = await post(
    base,
    paths.clientEnrollFinish,
    {
      client_id: start.client_id,
      step_up_token: 'step-up',
      device_identity: key.identity,
      device_key_proof: await proofOf(key, start.device_key_challenge),
    },
    account,
  );
  return { clientId: start.client_id, token: String(finish.body['remote_control_token']) };
}

async function connect(
  base: string,
  account: Record<string, string>,
  key: DeviceKey,
  { clientId, token, cursor }: { clientId: string; token: string; cursor?: string },
): Promise<Peer> {
  const socket = new WebSocket(socketEndpoint(base, paths.clientSocket), {
    headers: {
      ...account,
      [headers.clientSessionToken]: `Bearer ${token}`,
      [headers.clientId]: clientId,
      [headers.protocolVersion]: '3',
      ...(cursor === undefined ? {} : { [headers.subscribeCursor]: cursor }),
    },
  });
  const peer = new Peer(socket);
  const challenge = SocketChallenge.parse(
    await peer.frame('the challenge', ({ type }) => type === 'device_key_challenge'),
  );
  const { signature_der_base64, signed_payload_base64 } = await sign(key.privateKey, connectionPayload(challenge));
  peer.send({
    type: 'device_key_proof',
    keyId: key.identity.key_id,
    signatureDerBase64: signature_der_base64,
    signedPayloadBase64: signed_payload_base64,
    algorithm: 'ecdsa_p256_sha256',
  });
  return peer;
}

test("a controller of somebody else's enrolls, pairs, speaks to a host and comes back to what it missed", async (t) => {
  const relay = await relayFor(t);
  const { base } = relay;
  const host = await TestHost.enroll(relay);
  const hostLink = await host.link(base);
  const key = await newKey();
  const client = await enroll(base, host.accountHeaders, key);
  const { manual_pairing_code } = await host.pair(base, true);
  const paired = await post(
    base,
    paths.clientPair,
    { client_id: client.clientId, pairing_code: null, manual_pairing_code },
    host.accountHeaders,
  );
  assert.deepEqual(paired.body, { environment_id: host.environmentId });

  const link = await connect(base, host.accountHeaders, key, client);
  const address = { client_id: client.clientId, env_id: host.environmentId, stream_id: 'stream-1' };
  const message = { id: 1, method: 'initialize', params: {} };
  link.send({ ...address, seq_id: 1, type: 'client_message', message });
  const arrived = await hostLink.frame('the initialize', ({ type }) => type === 'client_message');
  assert.deepEqual(
    [arrived['message'], arrived['client_id'], arrived['env_id']],
    [message, client.clientId, undefined],
  );
  await link.frame('its ack', ({ type, seq_id }) => type === 'ack' && seq_id === 1);

  const reply = (seq_id: number) => ({
    type: 'server_message',
    client_id: client.clientId,
    stream_id: 'stream-1',
    seq_id,
    message: { id: seq_id, result: {} },
  });
  hostLink.send(reply(1));
  const first = await link.frame('the reply', ({ type }) => type === 'server_message');
  link.send({ ...address, seq_id: 2, type: 'ping', state: 'foreground' });
  await hostLink.frame('the ping', ({ type }) => type === 'ping');
  link.cut();
  hostLink.send(reply(2));
  await hostLink.frame('its ack', ({ type, seq_id }) => type === 'ack' && seq_id === 2);
  const back = await connect(base, host.accountHeaders, key, { ...client, cursor: String(first['cursor']) });
  await back.frame('what it missed', ({ type, seq_id }) => type === 'server_message' && seq_id === 2);
  assert.equal(
    back.count(({ type, seq_id }) => type === 'server_message' && seq_id === 1),
    0,
  );
});
