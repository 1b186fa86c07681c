import { randomUUID } from 'node:crypto';
import { headers, paths, socketEndpoint } from '@holdfast/wire';
import type { Relay } from '../../src/index.ts';
import { type Frame, open, Peer, type Refused } from './peer.ts';

export type Json = Record<string, unknown>;

export async function post(base: string, path: string, body: unknown, extra: Record<string, string> = {}) {
  const response = await fetch(`${base}/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...extra },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
}

/** Plays a host: enrolls, links, pairs. */
export class TestHost {
  readonly installationId: string;
  readonly serverId: string;
  readonly environmentId: string;
  token: string;
  /** The last cursor seen, as a host keeps it over a reconnect. */
  cursor: string | undefined;
  readonly #accountHeaders: Record<string, string>;

  private constructor(accountHeaders: Record<string, string>, installationId: string, grant: Json) {
    this.#accountHeaders = accountHeaders;
    this.installationId = installationId;
    this.serverId = String(grant['server_id']);
    this.environmentId = String(grant['environment_id']);
    this.token = String(grant['remote_control_token']);
  }

  get accountHeaders(): Record<string, string> {
    return this.#accountHeaders;
  }

  static async enroll(
    relay: Pick<Relay, 'base' | 'accountId' | 'mintAccountToken'>,
    installationId: string = randomUUID(),
  ): Promise<TestHost> {
    const accountHeaders = {
      authorization: `Bearer ${relay.mintAccountToken()}`,
      [headers.accountId]: relay.accountId,
    };
    const { status, body } = await post(
      relay.base,
      paths.serverEnroll,
      { name: 'box', os: 'linux', arch: 'x64', app_server_version: '1', installation_id: installationId },
      accountHeaders,
    );
    if (status !== 200) throw new Error(`enroll: ${status} ${JSON.stringify(body)}`);
    return new TestHost(accountHeaders, installationId, body);
  }

  async pair(base: string, manual = false): Promise<Json> {
    const answer = await post(
      base,
      paths.serverPair,
      { manual_code: manual },
      { authorization: `Bearer ${this.token}` },
    );
    if (answer.status !== 200) throw new Error(`pair: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  get linkHeaders(): Record<string, string> {
    return {
      authorization: `Bearer ${this.token}`,
      [headers.serverId]: this.serverId,
      [headers.serverName]: Buffer.from('box').toString('base64'),
      [headers.protocolVersion]: '3',
      [headers.installationId]: this.installationId,
    };
  }

  tryLink(
    base: string,
    { remembers = true, extra = {} }: { remembers?: boolean; extra?: Record<string, string> } = {},
  ) {
    const cursor = remembers ? this.cursor : undefined;
    return open(
      socketEndpoint(base, paths.serverSocket),
      {
        headers: {
          ...this.linkHeaders,
          ...(cursor === undefined ? {} : { [headers.subscribeCursor]: cursor }),
          ...extra,
        },
      },
      (frame: Frame) => {
        if (typeof frame['cursor'] === 'string') this.cursor = frame['cursor'];
      },
    );
  }

  async link(base: string, options: { remembers?: boolean } = {}): Promise<Peer> {
    return mustOpen(await this.tryLink(base, options));
  }
}

export function mustOpen(result: Peer | Refused): Peer {
  if (result instanceof Peer) return result;
  throw new Error(`the handshake was refused: ${result.status} ${JSON.stringify(result.body)}`);
}
