import { setTimeout as delay } from 'node:timers/promises';
import { command, runCommand } from './command.ts';
import { isObject, type Peer } from './peer.ts';
import { agentMessage, type CommandExecution, commandExecution, type Item, type Turn } from './shapes.ts';

/** Between two pieces of a message, in ms: enough to be seen as a stream. */
const PIECE_MS = 4;
const MOST_COUNTED = 10_000;

export interface TurnContext {
  readonly peer: Peer;
  readonly threadId: string;
  readonly turn: Turn;
  readonly cwd: string;
  /** What the user sent, as it came. */
  readonly input: readonly unknown[];
  readonly clientMessageId: string | null;
  readonly nextItemId: () => string;
  /** Whether the user has allowed the command for all of the session. */
  readonly allowed: boolean;
  readonly allow: () => void;
  readonly signal: AbortSignal;
}

type Decision = 'accept' | 'acceptForSession' | 'decline' | 'cancel';

/** Plays one turn, and says how it ended. */
export async function runTurn(context: TurnContext): Promise<'completed' | 'interrupted'> {
  const { signal, input, clientMessageId, nextItemId } = context;
  try {
    const said: Item = { type: 'userMessage', id: nextItemId(), clientId: clientMessageId, content: input };
    started(context, said);
    completed(context, said);
    return await reply(context, textOf(input));
  } catch (error) {
    if (signal.aborted) return 'interrupted';
    throw error;
  }
}

async function reply(context: TurnContext, prompt: string): Promise<'completed' | 'interrupted'> {
  const count = /^count to (\d{1,5})\b/i.exec(prompt)?.[1];
  if (count !== undefined) {
    const most = Math.min(Number(count), MOST_COUNTED);
    await speak(
      context,
      Array.from({ length: most }, (_, n) => `${n + 1} `),
      'final_answer',
    );
    return 'completed';
  }
  const say = /^say\s+(.*)$/is.exec(prompt)?.[1];
  if (say !== undefined) {
    await speak(context, words(say), 'final_answer');
    return 'completed';
  }
  await speak(context, words(`You said: "${prompt}". Let me see what system this is.`), 'commentary');
  const execution = await execute(context);
  if (execution === 'cancelled') return 'interrupted';
  await speak(context, words(conclusion(execution)), 'final_answer');
  return 'completed';
}

function conclusion({ status, aggregatedOutput, command: line }: CommandExecution): string {
  if (status === 'declined') return `You declined, so I did not run \`${line}\`.`;
  const output = (aggregatedOutput ?? '').trim();
  return status === 'completed' ? `It is ${output}.` : `\`${line}\` failed: ${output}`;
}

async function speak(
  context: TurnContext,
  pieces: readonly string[],
  phase: 'commentary' | 'final_answer',
): Promise<void> {
  const { peer, threadId, turn, nextItemId, signal } = context;
  const id = nextItemId();
  let text = '';
  started(context, agentMessage(id, text, phase));
  try {
    for (const delta of pieces) {
      await delay(PIECE_MS, undefined, { signal });
      text += delta;
      peer.notify('item/agentMessage/delta', { threadId, turnId: turn.id, itemId: id, delta });
    }
  } finally {
    completed(context, agentMessage(id, text, phase));
  }
}

/** Asks whether it may run the command, and does as it is told. */
async function execute(context: TurnContext): Promise<CommandExecution | 'cancelled'> {
  const { peer, threadId, turn, cwd, nextItemId, signal } = context;
  const item = commandExecution(nextItemId(), command.join(' '), cwd);
  started(context, item);
  let end: CommandExecution = { ...item, status: 'failed' };
  try {
    const decision = context.allowed ? 'accept' : await askApproval(context, item);
    if (decision === 'decline' || decision === 'cancel') {
      end = { ...item, status: 'declined' };
      return decision === 'cancel' ? 'cancelled' : end;
    }
    if (decision === 'acceptForSession') context.allow();
    const begun = performance.now();
    const onOutput = (delta: string) =>
      peer.notify('item/commandExecution/outputDelta', { threadId, turnId: turn.id, itemId: item.id, delta });
    const { output, exitCode } = await runCommand(cwd, onOutput, signal);
    end = {
      ...item,
      status: exitCode === 0 ? 'completed' : 'failed',
      aggregatedOutput: output,
      exitCode,
      durationMs: Math.round(performance.now() - begun),
    };
    signal.throwIfAborted();
    return end;
  } finally {
    completed(context, end);
  }
}

async function askApproval(context: TurnContext, item: CommandExecution): Promise<Decision> {
  const { peer, threadId, turn, signal } = context;
  signal.throwIfAborted();
  const { id, answer } = peer.request(
    'item/commandExecution/requestApproval',
    {
      kind: 'command',
      threadId,
      turnId: turn.id,
      itemId: item.id,
      startedAtMs: Date.now(),
      environmentId: null,
      reason: 'It says what system this is, and changes nothing.',
      command: item.command,
      cwd: item.cwd,
      commandActions: item.commandActions,
    },
    signal,
  );
  try {
    return readDecision(await answer.catch(() => null));
  } finally {
    peer.notify('serverRequest/resolved', { threadId, requestId: id });
    signal.throwIfAborted();
  }
}

/** What is no clear yes is a no. */
function readDecision(answer: unknown): Decision {
  const decision = isObject(answer) && 'decision' in answer ? answer.decision : null;
  return decision === 'accept' || decision === 'acceptForSession' || decision === 'cancel' ? decision : 'decline';
}

function started({ peer, threadId, turn }: TurnContext, item: Item): void {
  peer.notify('item/started', { item, threadId, turnId: turn.id, startedAtMs: Date.now() });
}

function completed({ peer, threadId, turn }: TurnContext, item: Item): void {
  peer.notify('item/completed', { item, threadId, turnId: turn.id, completedAtMs: Date.now() });
}

/** What the user typed; the agent cannot look at anything else. */
export function textOf(input: readonly unknown[]): string {
  return input
    .map((part) => (isObject(part) && 'text' in part && typeof part.text === 'string' ? part.text : ''))
    .filter((text) => text !== '')
    .join('\n');
}

const words = (text: string): string[] => text.match(/\S+\s*/g) ?? [];
