import {
  type ChallengeResponse,
  connectionPayload,
  DEVICE_KEY_ALGORITHM,
  type DeviceKey,
  enrollmentPayload,
  generateDeviceKey,
  headers,
  paths,
  SocketChallenge,
  type SocketProof,
  sign,
  socketEndpoint,
  TICKET_SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
} from '@holdfast/wire';
import { type Json, mustOpen, post } from './host.ts';
import { open, type Peer } from './peer.ts';

export interface Code {
  readonly pairing_code?: string;
  readonly manual_pairing_code?: string;
}

export async function proofOf(key: DeviceKey, challenge: ChallengeResponse['device_key_challenge']) {
  return {
    challenge_token: challenge.challenge_token,
    key_id: key.identity.key_id,
    algorithm: DEVICE_KEY_ALGORITHM,
    ...(await sign(key.privateKey, enrollmentPayload(challenge))),
  };
}

export async function challenge(base: string): Promise<ChallengeResponse> {
  return (await post(base, paths.claimStart, {})).body as ChallengeResponse;
}

/** Claims a code with a fresh device key; gives whatever the relay answers. */
export async function claim(base: string, code: Code, key: DeviceKey) {
  const { client_id, device_key_challenge } = await challenge(base);
  return post(base, paths.claimFinish, {
    client_id,
    ...code,
    device: { display_name: 'phone', platform: 'test' },
    device_identity: key.identity,
    device_key_proof: await proofOf(key, device_key_challenge),
  });
}

export const newKey = () => generateDeviceKey({ extractable: false, protectionClass: 'software' });

/** Plays a controller. */
export class TestController {
  readonly clientId: string;
  readonly environmentId: string;
  readonly key: DeviceKey;
  token: string;
  cursor: string | undefined;

  private constructor(key: DeviceKey, grant: Json) {
    this.key = key;
    this.clientId = String(grant['client_id']);
    this.environmentId = String(grant['environment_id']);
    this.token = String(grant['remote_control_token']);
  }

  static async claim(base: string, code: Json): Promise<TestController> {
    const key = await newKey();
    const { status, body } = await claim(base, { pairing_code: String(code['pairing_code']) }, key);
    if (status !== 200) throw new Error(`claim: ${status} ${JSON.stringify(body)}`);
    return new TestController(key, body);
  }

  get bearer(): Record<string, string> {
    return { authorization: `Bearer ${this.token}` };
  }

  async ticket(base: string, session?: string): Promise<string> {
    const body = session === undefined ? {} : { session };
    return String((await post(base, paths.clientTicket, body, this.bearer)).body['ticket']);
  }

  async openWithTicket(base: string, ticket: string) {
    return open(socketEndpoint(base, paths.clientSocket), {
      protocols: [TICKET_SUBPROTOCOL, `${TICKET_SUBPROTOCOL_PREFIX}${ticket}`],
    });
  }

  /** A Holdfast controller's link, proven. */
  async link(base: string, { session }: { session?: string } = {}): Promise<Peer> {
    return this.prove(mustOpen(await this.openWithTicket(base, await this.ticket(base, session))));
  }

  /** Another's: it authorizes by headers and never acks. */
  async linkByHeaders(base: string, { cursor }: { cursor?: string } = {}): Promise<Peer> {
    const opened = await open(socketEndpoint(base, paths.clientSocket), {
      headers: {
        [headers.clientSessionToken]: `Bearer ${this.token}`,
        [headers.clientId]: this.clientId,
        [headers.protocolVersion]: '3',
        ...(cursor === undefined ? {} : { [headers.subscribeCursor]: cursor }),
      },
    });
    return this.prove(mustOpen(opened));
  }

  async prove(peer: Peer, key: DeviceKey = this.key): Promise<Peer> {
    const first = SocketChallenge.parse(
      await peer.frame('the challenge', ({ type }) => type === 'device_key_challenge'),
    );
    const { signature_der_base64, signed_payload_base64 } = await sign(key.privateKey, connectionPayload(first));
    const proof: SocketProof = {
      type: 'device_key_proof',
      keyId: key.identity.key_id,
      signatureDerBase64: signature_der_base64,
      signedPayloadBase64: signed_payload_base64,
      algorithm: DEVICE_KEY_ALGORITHM,
    };
    peer.send(proof);
    return peer;
  }

  message(streamId: string, seq: number, text: string = `m${seq}`): Json {
    return {
      type: 'client_message',
      client_id: this.clientId,
      env_id: this.environmentId,
      stream_id: streamId,
      seq_id: seq,
      message: { method: text },
    };
  }

  ack(streamId: string, seq: number): Json {
    return { type: 'ack', client_id: this.clientId, env_id: this.environmentId, stream_id: streamId, seq_id: seq };
  }
}

/** What a host says on a controller's stream. */
export function serverMessage(controller: TestController, streamId: string, seq: number, text = `r${seq}`): Json {
  return {
    message: { method: text },
    type: 'server_message',
    client_id: controller.clientId,
    stream_id: streamId,
    seq_id: seq,
  };
}

/** The first message of each on a stream: from then on it is open, and its host has spoken. */
export async function exchange(controller: TestController, hostLink: Peer, link: Peer, streamId = 's1'): Promise<void> {
  link.send(controller.message(streamId, 1));
  await hostLink.frame('the message', ({ type }) => type === 'client_message');
  hostLink.send(serverMessage(controller, streamId, 1));
  await link.frame('the answer', ({ type }) => type === 'server_message');
}
