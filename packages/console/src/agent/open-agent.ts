import { type Controller, type RpcClient, RpcError, rpc, type Stream } from '@holdfast/controller';
import manifest from '../../package.json' with { type: 'json' };
import type { InitializeParams } from '../codex-protocol/InitializeParams.ts';
import type { InitializeResponse } from '../codex-protocol/InitializeResponse.ts';
import { member, textOf } from '../read.ts';
import type { Agent } from '../state/talk.ts';

export interface OpenAgent {
  readonly stream: Stream;
  readonly rpc: RpcClient;
  /** How many pages have had it before this one. */
  readonly takenUp: number;
}

export type OnMessage = (direction: 'sent' | 'received', text: string) => void;

/** A stream to the agent of a machine, with every message that passes told to `onMessage`. */
export function openAgent(controller: Controller, environmentId: string, onMessage: OnMessage): OpenAgent {
  const stream = overheard(controller.openStream(environmentId), onMessage);
  return { stream, rpc: rpc(stream), takenUp: 0 };
}

/** The stream that an earlier page left open. */
export function takeUpAgent(
  controller: Controller,
  environmentId: string,
  left: { readonly id: string; readonly takenUp: number },
  onMessage: OnMessage,
): OpenAgent {
  const takenUp = left.takenUp + 1;
  const stream = overheard(controller.resumeStream(environmentId, left.id, takenUp), onMessage);
  return { stream, rpc: rpc(stream, { idPrefix: `${takenUp}.` }), takenUp };
}

function overheard(stream: Stream, onMessage: OnMessage): Stream {
  async function* messages() {
    for await (const message of stream.messages) {
      onMessage('received', message);
      yield message;
    }
  }
  return {
    id: stream.id,
    environmentId: stream.environmentId,
    get bufferedBytes() {
      return stream.bufferedBytes;
    },
    messages: messages(),
    closed: stream.closed,
    send(message) {
      stream.send(message);
      onMessage('sent', message);
    },
    drain: () => stream.drain(),
    close: () => stream.close(),
  };
}

/** Who this page says it is. */
export const CLIENT_INFO = { name: 'holdfast-console', title: 'Holdfast', version: manifest.version };

/**
 * One `initialize` that means the same to codex app-server and to an MCP server: each takes the members it knows. A stream takes only
 * one, so there is no asking twice.
 */
export const INITIALIZE = {
  protocolVersion: '2025-06-18',
  clientInfo: CLIENT_INFO,
  capabilities: { experimentalApi: false, requestAttestation: false },
} satisfies InitializeParams & { protocolVersion: string };

/** What a host answers in its agent's place: that it ended, or that there is no room for another (docs/protocol.md §8). */
const HOST_CODES = [-32000, -32002, -32004];

/** Who answers, by how it does. @throws RpcError when the host says that there is no agent; ControllerError when the stream ends first */
export async function introduce({ rpc: client }: OpenAgent): Promise<Agent> {
  let answer: unknown;
  try {
    answer = await client.request('initialize', INITIALIZE);
  } catch (error) {
    if (!(error instanceof RpcError) || HOST_CODES.includes(error.code)) throw error;
    return { kind: 'other', name: `an agent that answered: ${error.message}` };
  }
  const agent = recognize(answer);
  if (agent.kind === 'codex') client.notify('initialized');
  if (agent.kind === 'mcp') client.notify('notifications/initialized');
  return agent;
}

export function recognize(answer: unknown): Agent {
  const userAgent = textOf<InitializeResponse>(answer, 'userAgent');
  if (userAgent !== null) return { kind: 'codex', name: codexName(userAgent) };
  const server = member(answer, 'serverInfo');
  if (server !== undefined)
    return { kind: 'mcp', name: textOf(server, 'title') ?? textOf(server, 'name') ?? 'an MCP server' };
  return { kind: 'other', name: textOf(member(answer, 'agentInfo'), 'name') ?? 'an agent of another protocol' };
}

/** "codex 0.169.0" of a stock codex, which puts its client's name before its own version. */
function codexName(userAgent: string): string {
  const [name = '', version = ''] = (userAgent.split(' ')[0] ?? '').split('/');
  return `${name === INITIALIZE.clientInfo.name ? 'codex' : name} ${version}`.trim();
}
