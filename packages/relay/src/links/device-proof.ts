import {
  CONTROLLER_SCOPE,
  connectionPayload,
  limits,
  parseBody,
  SOCKET_AUDIENCE,
  type SocketChallenge,
  SocketProof,
  verify,
  WireError,
} from '@holdfast/wire';
import type { RawData, WebSocket } from 'ws';
import { type Clock, rfc3339 } from '../clock.ts';
import type { Device } from '../devices.ts';
import { mintId, type RandomBytes } from '../secrets.ts';
import type { KnownToken } from '../tokens.ts';
import { closeCodes } from './close-codes.ts';
import { closeReason } from './incoming.ts';

/** A proof has two base64 texts of some hundred bytes each. */
const MAX_PROOF_CHARS = 32 * 1024;

export interface ProofOptions {
  readonly socket: WebSocket;
  readonly device: Device;
  readonly accountUserId: string;
  readonly token: KnownToken;
  readonly origin: string;
  readonly path: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** It answered, and wrongly. */
  readonly onRefused: (why: string) => void;
}

/** A frame that came before anybody was there to read it. */
export interface EarlyFrame {
  readonly data: RawData;
  readonly isBinary: boolean;
}

/**
 * Has the device sign the first frame (docs/protocol.md §6). Null when it did not: the socket is closed and says why. No accept frame
 * follows, so a controller may send on at once; what came while its signature was looked at is given by `release`, which also lets
 * the socket flow again. The socket is paused meanwhile, so that is at most what one read brought.
 */
export async function proveDevice(options: ProofOptions): Promise<{ release(): EarlyFrame[] } | null> {
  const { socket, device, clock } = options;
  const challenge = challengeFor(options);
  const early: EarlyFrame[] = [];
  const first = Promise.withResolvers<EarlyFrame | null>();
  const onMessage = (data: RawData, isBinary: boolean) => {
    socket.pause();
    early.push({ data, isBinary });
    if (early.length === 1) first.resolve({ data, isBinary });
  };
  const onClose = () => first.resolve(null);
  const timer = clock.setTimer(limits.deviceProofTimeoutMs, onClose);
  socket.on('message', onMessage);
  socket.once('close', onClose);
  socket.send(JSON.stringify(challenge), () => {});

  const answer = await first.promise;
  timer.cancel();
  socket.off('close', onClose);
  try {
    await check(answer, challenge, device);
  } catch (error) {
    socket.off('message', onMessage);
    const why = error instanceof WireError ? error.message : 'the device_key_proof cannot be checked';
    if (answer !== null) options.onRefused(why);
    refuse(socket, clock, why);
    return null;
  }
  return {
    release: () => {
      socket.off('message', onMessage);
      socket.resume();
      return early.slice(1);
    },
  };
}

/** @throws WireError */
async function check(answer: EarlyFrame | null, challenge: SocketChallenge, device: Device): Promise<void> {
  if (answer === null) {
    throw new WireError('ERR_WIRE_PROOF', `no device_key_proof came within ${limits.deviceProofTimeoutMs / 1000} s`);
  }
  const text = answer.data.toString();
  if (answer.isBinary || text.length > MAX_PROOF_CHARS)
    throw new WireError('ERR_WIRE_PROOF', 'the first frame must be one');
  const proof = parseBody(SocketProof, readJson(text), 'the device_key_proof');
  if (proof.keyId !== device.identity.key_id) throw new WireError('ERR_WIRE_PROOF', 'it was made with another key');
  await verify(device.identity, connectionPayload(challenge), {
    signature_der_base64: proof.signatureDerBase64,
    signed_payload_base64: proof.signedPayloadBase64,
  });
}

function challengeFor({ device, accountUserId, token, origin, path, random }: ProofOptions): SocketChallenge {
  return {
    type: 'device_key_challenge',
    purpose: SOCKET_AUDIENCE,
    audience: SOCKET_AUDIENCE,
    nonce: Buffer.from(random(32)).toString('base64url'),
    sessionId: mintId('sess_', random),
    targetOrigin: origin,
    targetPath: path,
    accountUserId,
    clientId: device.clientId,
    tokenSha256Base64url: Buffer.from(token.hash).toString('base64url'),
    tokenExpiresAt: rfc3339(token.expiresAt),
    scopes: [CONTROLLER_SCOPE],
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WireError('ERR_WIRE_PROOF', 'the first frame must be a device_key_proof, as JSON');
  }
}

function refuse(socket: WebSocket, clock: Clock, reason: string): void {
  socket.resume();
  socket.close(closeCodes.proofRefused, closeReason(reason));
  const grace = clock.setTimer(2_000, () => socket.terminate());
  socket.once('close', () => grace.cancel());
}
