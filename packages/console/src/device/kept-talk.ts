import { isObject, listOf, member, numberOf, textOf } from '../read.ts';
import type { Agent } from '../state/talk.ts';
import { readKept, writeKept } from './local-keeping.ts';

/** Something the agent asked for that nobody has answered yet, as it came. */
export interface KeptRequest {
  readonly id: string | number;
  readonly method: string;
  readonly params: unknown;
}

/** A stream that this page may leave open, and what another run of it has to know to take it up. */
export interface KeptStream {
  readonly id: string;
  /** How often it was taken up before. */
  readonly takenUp: number;
  readonly agent: Agent;
  readonly asked: readonly KeptRequest[];
}

/** Of a conversation with a machine: what finds it again when the page is opened anew. Nothing of what was said. */
export interface KeptTalk {
  readonly threadId: string | null;
  readonly stream: KeptStream | null;
}

const keyOf = (machineId: string) => `talk:${machineId}`;
/** What storage may hold is little; questions longer than that are asked again by the agent, or stopped. */
const MOST_CHARACTERS = 200_000;

export function readTalk(machineId: string): KeptTalk {
  const raw = readKept(keyOf(machineId));
  let value: unknown = null;
  try {
    value = JSON.parse(raw);
  } catch {
    // nothing was kept
  }
  return { threadId: textOf<KeptTalk>(value, 'threadId'), stream: readStream(member<KeptTalk>(value, 'stream')) };
}

export function keepTalk(machineId: string, talk: KeptTalk | null): void {
  const empty = talk === null || (talk.threadId === null && talk.stream === null);
  const text = empty ? '' : JSON.stringify(talk);
  if (text.length <= MOST_CHARACTERS) writeKept(keyOf(machineId), text);
}

function readStream(raw: unknown): KeptStream | null {
  const id = textOf<KeptStream>(raw, 'id');
  const takenUp = numberOf<KeptStream>(raw, 'takenUp');
  const agent = member<KeptStream>(raw, 'agent');
  if (id === null || takenUp === null || textOf<Agent>(agent, 'kind') !== 'codex') return null;
  const asked = listOf<KeptStream>(raw, 'asked').flatMap(readRequest);
  return { id, takenUp, agent: { kind: 'codex', name: textOf<Agent>(agent, 'name') ?? 'codex' }, asked };
}

function readRequest(raw: unknown): KeptRequest[] {
  const id = textOf<KeptRequest>(raw, 'id') ?? numberOf<KeptRequest>(raw, 'id');
  const method = textOf<KeptRequest>(raw, 'method');
  return !isObject(raw) || id === null || method === null ? [] : [{ id, method, params: member(raw, 'params') }];
}
