// An agent of codex app-server's protocol, for what the demo agent is too well-behaved to do. The prompt names the scene.
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { HOSTILE } from './hostile.ts';

type Json = Record<string, unknown>;
type Scene = (turn: Turn) => Promise<void>;

interface Turn {
  readonly threadId: string;
  readonly turnId: string;
}

const write = (message: Json) => process.stdout.write(`${JSON.stringify(message)}\n`);
const pending = new Map<unknown, (result: Json) => void>();
const decisions: string[] = [];
let ids = 0;
const next = (kind: string) => `${kind}-${++ids}`;

/** By thread: what a thread that is resumed consists of. As with the stock codex, an item is part of it once it is complete. */
const turns = new Map<string, { id: string; status: string; items: unknown[] }[]>();

function tell({ threadId, turnId }: Turn, method: string, params: Json): void {
  const turn = turns.get(threadId)?.find(({ id }) => id === turnId);
  if (method === 'item/completed') turn?.items.push(params['item']);
  if (method === 'turn/completed' && turn !== undefined) turn.status = 'completed';
  write({ method, params: { threadId, turnId, ...params } });
}

async function say(turn: Turn, pieces: Iterable<string>, pauseMs = 0): Promise<void> {
  const itemId = next('item');
  tell(turn, 'item/started', { item: { type: 'agentMessage', id: itemId, text: '' } });
  let text = '';
  for (const delta of pieces) {
    text += delta;
    tell(turn, 'item/agentMessage/delta', { itemId, delta });
    if (pauseMs > 0) await delay(pauseMs);
  }
  tell(turn, 'item/completed', { item: { type: 'agentMessage', id: itemId, text } });
}

async function ask(turn: Turn, method: string, params: Json): Promise<string> {
  const id = next('ask');
  const answer = new Promise<Json>((resolve) => pending.set(id, resolve));
  write({ id, method, params: { ...turn, startedAtMs: 0, ...params } });
  const decision = String((await answer)['decision']);
  decisions.push(decision);
  return decision;
}

const CHANGES = [
  {
    path: 'src/<b>index</b>.ts',
    kind: { type: 'update', move_path: null },
    diff: '@@ -1,2 +1,2 @@\n const a = 1;\n-const b = 2;\n+const b = 3;\n',
  },
  { path: 'notes.md', kind: { type: 'add' }, diff: 'a new file\n' },
];

const scenes: Record<string, Scene> = {
  hostile: (turn) => say(turn, HOSTILE.match(/[\s\S]{1,40}/g) ?? []),
  huge: (turn) =>
    say(
      turn,
      Array.from({ length: 5 * 1_024 }, (_, n) => `## Part ${n}\n\n${'All work and no play. '.repeat(46)}\n\n`),
    ),
  slow: (turn) =>
    say(
      turn,
      Array.from({ length: 60 }, (_, n) => `word${n} `),
      50,
    ),
  blocks: (turn) =>
    say(
      turn,
      Array.from({ length: 40 }, (_, n) =>
        n % 4 === 0 ? `\n\n- item ${n}\n` : `text ${n} of a paragraph that goes on. `,
      ),
      20,
    ),
  crash: async () => process.exit(7),
  decisions: (turn) => say(turn, [`decisions: ${decisions.join(', ')}`]),
  async edit(turn) {
    const item = { type: 'fileChange', id: next('item'), changes: CHANGES };
    tell(turn, 'item/started', { item: { ...item, status: 'inProgress' } });
    const decision = await ask(turn, 'item/fileChange/requestApproval', { itemId: item.id, reason: null });
    tell(turn, 'item/completed', { item: { ...item, status: decision === 'accept' ? 'completed' : 'declined' } });
  },
  async trick(turn) {
    const itemId = next('item');
    await ask(turn, 'item/commandExecution/requestApproval', {
      itemId,
      command: 'echo safe\u202e; rm -rf ~\u200b',
      cwd: '/',
    });
  },
};

async function play(turn: Turn, prompt: string, clientId: unknown): Promise<void> {
  tell(turn, 'turn/started', { turn: { id: turn.turnId, status: 'inProgress' } });
  const said = { type: 'userMessage', id: next('item'), clientId, content: [{ type: 'text', text: prompt }] };
  tell(turn, 'item/completed', { item: said });
  const scene = scenes[prompt.split(' ')[0] ?? ''];
  await (scene?.(turn) ?? say(turn, [`echo: ${prompt}`]));
  tell(turn, 'turn/completed', { turn: { id: turn.turnId, status: 'completed' } });
}

const REMEMBERED = {
  id: 'old-thread',
  preview: 'An older conversation',
  updatedAt: 1_700_000_000,
  turns: [{ id: 't', status: 'completed', items: [{ type: 'agentMessage', id: 'o', text: 'I **remember** this.' }] }],
};

function resumed(id: string): Json {
  const known = turns.get(id);
  if (known !== undefined) return { id, turns: known };
  if (id === REMEMBERED.id) return REMEMBERED;
  throw new Error('no rollout found');
}

function answer(method: unknown, params: Json): Json {
  switch (method) {
    case 'initialize':
      return { userAgent: 'scripted-agent/1 (test)' };
    case 'thread/start': {
      const thread = { id: next('thread') };
      turns.set(thread.id, []);
      return { thread };
    }
    case 'thread/list':
      return { data: [{ ...REMEMBERED, turns: [] }], nextCursor: null };
    case 'thread/resume':
      return { thread: resumed(String(params['threadId'])) };
    case 'turn/start': {
      const turn = { threadId: String(params['threadId']), turnId: next('turn') };
      turns.get(turn.threadId)?.push({ id: turn.turnId, status: 'inProgress', items: [] });
      const [part] = params['input'] as { text: string }[];
      setImmediate(() => void play(turn, part?.text ?? '', params['clientUserMessageId']));
      return { turn: { id: turn.turnId } };
    }
    default:
      return {};
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, result } = JSON.parse(line) as Json;
  if (method === undefined) pending.get(id)?.(result as Json);
  else if (id !== undefined) {
    try {
      write({ id, result: answer(method, (params ?? {}) as Json) });
    } catch (error) {
      write({ id, error: { code: -32600, message: String(error) } });
    }
  }
});
