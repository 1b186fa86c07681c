import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Happenings } from '@holdfast/testkit';
import {
  ClaimFinishRequest,
  connectionPayload,
  type DeviceIdentity,
  type EnrollmentChallenge,
  type Envelope,
  encodeEnvelope,
  enrollmentPayload,
  type FromController,
  headers,
  parseFromController,
  paths,
  RefreshFinishRequest,
  type SocketChallenge,
  SocketProof,
  sha256Base64Url,
  TICKET_SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
  verify,
} from '@holdfast/wire';
import { type WebSocket, WebSocketServer } from 'ws';

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
}

/** `Omit` over each member of a union. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const PREFIX = '/backend-api/';

/** A relay's controller side over real sockets: it checks every proof, remembers what came, and says what a test tells it to. */
export class FakeRelay {
  readonly requests: Seen[] = [];
  readonly frames: FromController[] = [];
  readonly codes = new Set(['ABCD-2345']);
  readonly sockets = new Set<WebSocket>();
  /** Answers to come instead of the usual ones, by path. */
  readonly replies = new Map<string, Reply[]>();
  autoAck = true;
  /** A relay that takes what comes and says nothing. */
  mute = false;
  revoked = false;
  tokenLifeMs = 600_000;
  links = 0;
  /** Called when a link has been proven. */
  onLink: () => void = () => {};
  challengeFor: string | null = null;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => TICKET_SUBPROTOCOL });
  readonly #challenges = new Map<string, EnrollmentChallenge>();
  readonly #devices = new Map<string, DeviceIdentity>();
  readonly #tokens = new Map<string, string>();
  readonly #tickets = new Map<string, string>();
  readonly #happenings = new Happenings(() => JSON.stringify({ requests: this.requests, frames: this.frames.length }));
  #tries = 10;
  #port = 0;

  get base(): string {
    return `http://127.0.0.1:${this.#port}/backend-api`;
  }

  constructor() {
    this.#server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => void this.#link(webSocket, request));
    });
  }

  /** Listens, after a `stop` on the port it had. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    this.#server.closeAllConnections();
    await closed;
  }

  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  replyOnce(path: string, ...replies: Reply[]): void {
    this.replies.set(path, [...(this.replies.get(path) ?? []), ...replies]);
  }

  close(code: number, reason: string): void {
    for (const socket of this.sockets) socket.close(code, reason);
  }

  /** Every token it gave is worth nothing any more. */
  forgetTokens(): void {
    this.#tokens.clear();
  }

  seen(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  until<T>(probe: () => T | undefined | null | false, what: string): Promise<T> {
    return this.#happenings.until(probe, { what });
  }

  /** The frames of one type that came, in order. */
  framesOf<T extends FromController['type']>(type: T): Extract<FromController, { type: T }>[] {
    return this.frames.filter((frame): frame is Extract<FromController, { type: T }> => frame.type === type);
  }

  /** As from the host of a stream; goes to the newest link. */
  send(of: FromController, envelope: Without<Envelope, 'client_id' | 'env_id' | 'stream_id'>): void {
    const { client_id, env_id, stream_id } = of;
    // the same members again, which the type of a union without some of them does not let one add
    this.sendText(encodeEnvelope({ client_id, env_id, stream_id, ...envelope } as Envelope));
  }

  sendText(text: string): void {
    [...this.sockets].at(-1)?.send(text);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').slice(PREFIX.length).replace(/\?.*/, '');
    let text = '';
    for await (const chunk of request) text += chunk;
    this.requests.push({ path, authorization: request.headers.authorization });
    const reply = this.replies.get(path)?.shift() ?? (await this.#answer(path, request, text));
    const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
    response.writeHead(reply.status, { 'x-request-id': 'req-1', ...reply.headers }).end(body);
    this.#happenings.notify();
  }

  async #answer(path: string, request: IncomingMessage, text: string): Promise<Reply> {
    const clientId = String(request.headers[headers.clientId] ?? '');
    switch (path) {
      case paths.claimStart:
        return { status: 200, body: this.#challenge(`cli_${randomUUID().replaceAll('-', '')}`) };
      case paths.claimFinish:
        return this.#claim(ClaimFinishRequest.parse(JSON.parse(text)));
      case paths.clientRefreshStart:
        if (this.revoked) return { status: 403, body: { detail: 'This client was revoked.', code: 'client_revoked' } };
        return { status: 200, body: this.#challenge(JSON.parse(text).client_id) };
      case paths.clientRefreshFinish:
        return this.#refresh(RefreshFinishRequest.parse(JSON.parse(text)));
    }
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    if (this.#tokens.get(token) !== clientId || clientId === '')
      return { status: 401, body: { detail: 'Which token?' } };
    if (path === paths.clientTicket) {
      const ticket = randomUUID();
      this.#tickets.set(ticket, token);
      return { status: 200, body: { ticket, expires_at: new Date(Date.now() + 30_000).toISOString() } };
    }
    if (path === paths.clientEnvironments(clientId)) {
      const cursor = new URL(request.url ?? '', this.base).searchParams.get('cursor');
      const env_id = cursor === null ? 'env_1' : 'env_2';
      return { status: 200, body: { items: [{ env_id, online: true }], cursor: cursor === null ? 'more' : null } };
    }
    return { status: 404, body: { detail: 'No such thing.' } };
  }

  async #claim(body: ClaimFinishRequest): Promise<Reply> {
    await this.#settle(body.client_id, body.device_identity, body.device_key_proof);
    const code = body.manual_pairing_code ?? body.pairing_code ?? '';
    if (!this.codes.delete(code)) {
      this.#tries -= 1;
      return { status: 404, body: { detail: 'That code is wrong or has expired.', tries_left: this.#tries } };
    }
    this.#devices.set(body.client_id, body.device_identity);
    return { status: 200, body: { ...this.#grant(body.client_id), environment_id: 'env_1' } };
  }

  async #refresh(body: RefreshFinishRequest): Promise<Reply> {
    const identity = this.#devices.get(body.client_id);
    if (identity === undefined) return { status: 403, body: { detail: 'Who?' } };
    await this.#settle(body.client_id, identity, body.device_key_proof);
    return { status: 200, body: this.#grant(body.client_id) };
  }

  #grant(client_id: string): object {
    const token = `tok_${randomUUID()}`;
    this.#tokens.set(token, client_id);
    const expires_at = new Date(Date.now() + this.tokenLifeMs).toISOString();
    return { client_id, account_user_id: 'user_1', remote_control_token: token, expires_at, scopes: [] };
  }

  #challenge(client_id: string): object {
    const challenge: EnrollmentChallenge = {
      type: 'device_key_challenge',
      purpose: 'remote_control_client_enrollment',
      audience: 'remote_control_client_enrollment',
      account_user_id: 'user_1',
      client_id,
      challenge_id: randomUUID(),
      challenge_token: randomUUID(),
      nonce: randomUUID(),
      target_origin: 'http://127.0.0.1',
      target_path: '/',
      challenge_expires_at: new Date(Date.now() + 60_000).toISOString(),
      device_identity_hash: null,
    };
    this.#challenges.set(challenge.challenge_token, challenge);
    return { account_user_id: 'user_1', client_id, device_key_challenge: challenge };
  }

  async #settle(
    clientId: string,
    identity: DeviceIdentity,
    proof: ClaimFinishRequest['device_key_proof'],
  ): Promise<void> {
    const challenge = this.#challenges.get(proof.challenge_token);
    if (challenge === undefined || challenge.client_id !== clientId) throw new Error('no such challenge');
    this.#challenges.delete(proof.challenge_token);
    await verify(identity, enrollmentPayload(challenge), proof);
  }

  async #link(socket: WebSocket, request: IncomingMessage): Promise<void> {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
    const ticket = offered
      .find((name) => name.startsWith(TICKET_SUBPROTOCOL_PREFIX))
      ?.slice(TICKET_SUBPROTOCOL_PREFIX.length);
    const token = this.#tickets.get(ticket ?? '');
    const clientId = this.#tokens.get(token ?? '');
    this.#tickets.delete(ticket ?? '');
    const identity = this.#devices.get(clientId ?? '');
    if (token === undefined || clientId === undefined || identity === undefined) return socket.close(4001, 'no ticket');
    const challenge: SocketChallenge = {
      type: 'device_key_challenge',
      purpose: 'remote_control_client_websocket',
      audience: 'remote_control_client_websocket',
      nonce: randomUUID(),
      sessionId: randomUUID(),
      targetOrigin: 'http://127.0.0.1',
      targetPath: '/',
      accountUserId: 'user_1',
      clientId: this.challengeFor ?? clientId,
      tokenSha256Base64url: await sha256Base64Url(token),
      tokenExpiresAt: Date.now() + 600_000,
      scopes: [],
    };
    socket.on('error', () => {});
    socket.once('message', async (data) => {
      const proof = SocketProof.parse(JSON.parse(String(data)));
      const signature = {
        signature_der_base64: proof.signatureDerBase64,
        signed_payload_base64: proof.signedPayloadBase64,
      };
      await verify(identity, connectionPayload(challenge), signature);
    });
    socket.once('message', () => {
      this.sockets.add(socket);
      this.links += 1;
      socket.on('message', (frame) => this.#take(socket, String(frame)));
      this.onLink();
      this.#happenings.notify();
    });
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.#happenings.notify();
    });
    socket.send(JSON.stringify(challenge));
  }

  #take(socket: WebSocket, text: string): void {
    const frame = parseFromController(text);
    this.frames.push(frame);
    if (frame.type !== 'ack' && this.autoAck && !this.mute) {
      const { client_id, env_id, stream_id, seq_id } = frame;
      const segment = frame.type === 'client_message_chunk' ? { segment_id: frame.segment_id } : {};
      socket.send(encodeEnvelope({ type: 'ack', client_id, env_id, stream_id, seq_id, ...segment }));
    }
    this.#happenings.notify();
  }
}
