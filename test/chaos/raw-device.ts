import {
  type ChallengeResponse,
  connectionPayload,
  DEVICE_KEY_ALGORITHM,
  type DeviceKey,
  enrollmentPayload,
  headers,
  paths,
  SocketChallenge,
  sign,
  socketEndpoint,
  TICKET_SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
} from '@holdfast/wire';
import type WebSocket from 'ws';
import { post } from './post.ts';
import type { Frame } from './raw-link.ts';

export interface RawDeviceOptions {
  readonly relay: () => string;
  readonly clientId: string;
  readonly deviceKey: DeviceKey;
}

/** How a raw controller gets in: it proves its key for a token, and once more on each websocket. */
export class RawDevice {
  readonly #options: RawDeviceOptions;
  #token: string | null = null;

  constructor(options: RawDeviceOptions) {
    this.#options = options;
  }

  /** The token was refused; the next handshake gets another. */
  forgetToken(): void {
    this.#token = null;
  }

  /** As Holdfast's own controllers come: by a ticket, acking end to end. */
  async byTicket(session: string): Promise<{ url: string; protocols: string[] }> {
    const { relay } = this.#options;
    this.#token ??= await this.#refresh();
    const authorization = `Bearer ${this.#token}`;
    const { status, body } = await post(relay(), paths.clientTicket, { session }, { authorization });
    if (status === 401) this.#token = null;
    const protocols = [TICKET_SUBPROTOCOL, `${TICKET_SUBPROTOCOL_PREFIX}${String(body['ticket'])}`];
    return { url: socketEndpoint(relay(), paths.clientSocket), protocols };
  }

  /** As others come: by headers, with the cursor that they have seen. */
  async byHeaders(cursor: string | undefined): Promise<{ url: string; headers: Record<string, string> }> {
    const { relay, clientId } = this.#options;
    this.#token ??= await this.#refresh();
    return {
      url: socketEndpoint(relay(), paths.clientSocket),
      headers: {
        [headers.clientSessionToken]: `Bearer ${this.#token}`,
        [headers.clientId]: clientId,
        [headers.protocolVersion]: '3',
        ...(cursor === undefined ? {} : { [headers.subscribeCursor]: cursor }),
      },
    };
  }

  /** Answers the relay's challenge, which is its first frame. */
  async prove(socket: WebSocket, first: Promise<Frame>): Promise<boolean> {
    const { deviceKey } = this.#options;
    const challenge = SocketChallenge.parse(await first);
    const { signature_der_base64, signed_payload_base64 } = await sign(
      deviceKey.privateKey,
      connectionPayload(challenge),
    );
    const proof = {
      type: 'device_key_proof',
      keyId: deviceKey.identity.key_id,
      signatureDerBase64: signature_der_base64,
      signedPayloadBase64: signed_payload_base64,
      algorithm: DEVICE_KEY_ALGORITHM,
    };
    socket.send(JSON.stringify(proof), () => {});
    return socket.readyState === socket.OPEN;
  }

  async #refresh(): Promise<string> {
    const { relay, clientId, deviceKey } = this.#options;
    const start = await post(relay(), paths.clientRefreshStart, { client_id: clientId });
    const { device_key_challenge } = start.body as ChallengeResponse; // of the relay under test
    const device_key_proof = {
      challenge_token: device_key_challenge.challenge_token,
      key_id: deviceKey.identity.key_id,
      algorithm: DEVICE_KEY_ALGORITHM,
      ...(await sign(deviceKey.privateKey, enrollmentPayload(device_key_challenge))),
    };
    const finish = await post(relay(), paths.clientRefreshFinish, { client_id: clientId, device_key_proof });
    if (finish.status !== 200) throw new Error(`refresh: ${finish.status}`);
    return String(finish.body['remote_control_token']);
  }
}
