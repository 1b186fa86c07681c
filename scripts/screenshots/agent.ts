// An agent of codex app-server's protocol that has one conversation, for the picture of it.
import { createInterface } from 'node:readline';

type Json = Record<string, unknown>;

const write = (message: Json) => process.stdout.write(`${JSON.stringify(message)}\n`);
const turn = { threadId: 'thread-1', turnId: 'turn-1' };
const tell = (method: string, params: Json) => write({ method, params: { ...turn, ...params } });

const FINDING = `It fails only after midnight UTC: the fixture says \`2026-03-29\`, a day of 23 hours.

\`\`\`ts
const day = 24 * 60 * 60 * 1000;
return new Date(from.getTime() + days * day); // an hour late
\`\`\`

Days should be counted by the calendar. I would change one line:`;

const DIFF = `@@ -11,4 +11,4 @@
 export function addDays(from: Date, days: number): Date {
-  return new Date(from.getTime() + days * DAY_MS);
+  return zoned(from).add({ days }).toDate();
 }
`;

const COMMAND = {
  type: 'commandExecution',
  id: 'command-1',
  command: 'npm test -- reports',
  cwd: '/home/ada/shop',
  status: 'completed',
  aggregatedOutput: '✔ totals by week\n✖ totals by day: expected 7 rows, got 8\n',
  exitCode: 1,
  durationMs: 3_200,
};

function play(input: unknown, clientId: unknown): void {
  const change = { path: 'src/reports/days.ts', kind: { type: 'update', move_path: null }, diff: DIFF };
  const edit = { type: 'fileChange', id: 'edit-1', changes: [change], status: 'inProgress' };
  tell('turn/started', { turn: { id: turn.turnId, status: 'inProgress' } });
  tell('item/completed', { item: { type: 'userMessage', id: 'said-1', clientId, content: input } });
  tell('item/completed', { item: COMMAND });
  tell('item/completed', { item: { type: 'agentMessage', id: 'found-1', text: FINDING } });
  tell('item/started', { item: edit });
  write({
    id: 'ask-1',
    method: 'item/fileChange/requestApproval',
    params: { ...turn, itemId: edit.id, startedAtMs: 0 },
  });
}

function answer(method: unknown, params: Json): Json {
  if (method === 'initialize') return { userAgent: 'codex/0.169.0 (Linux)' };
  if (method === 'thread/start') return { thread: { id: turn.threadId } };
  if (method === 'turn/start') setImmediate(play, params['input'], params['clientUserMessageId']);
  return { turn: { id: turn.turnId } };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line) as Json; // the page's own
  if (method !== undefined && id !== undefined) write({ id, result: answer(method, (params ?? {}) as Json) });
});
