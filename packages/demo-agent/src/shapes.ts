/** The shapes of codex app-server's protocol that this agent fills, members it has nothing to say about set to null. */

export const AGENT_VERSION = '0.1.0';
export const MODEL = 'demo';
export const MODEL_PROVIDER = 'holdfast';

export type TurnStatus = 'inProgress' | 'completed' | 'interrupted' | 'failed';

export interface UserMessage {
  readonly type: 'userMessage';
  readonly id: string;
  readonly clientId: string | null;
  readonly content: readonly unknown[];
}

export interface AgentMessage {
  readonly type: 'agentMessage';
  readonly id: string;
  readonly text: string;
  readonly phase: 'commentary' | 'final_answer';
  readonly memoryCitation: null;
  readonly moderation: null;
  readonly delivery: null;
  readonly questions: null;
}

export interface CommandExecution {
  readonly type: 'commandExecution';
  readonly id: string;
  readonly pluginId: null;
  readonly scriptPath: null;
  readonly command: string;
  readonly cwd: string;
  readonly processId: string | null;
  readonly source: 'agent';
  readonly status: 'inProgress' | 'completed' | 'failed' | 'declined';
  readonly commandActions: readonly { readonly type: 'unknown'; readonly command: string }[];
  readonly aggregatedOutput: string | null;
  readonly exitCode: number | null;
  readonly durationMs: number | null;
}

export type Item = UserMessage | AgentMessage | CommandExecution;

export function agentMessage(id: string, text: string, phase: AgentMessage['phase']): AgentMessage {
  return {
    type: 'agentMessage',
    id,
    text,
    phase,
    memoryCitation: null,
    moderation: null,
    delivery: null,
    questions: null,
  };
}

export function commandExecution(id: string, command: string, cwd: string): CommandExecution {
  return {
    type: 'commandExecution',
    id,
    pluginId: null,
    scriptPath: null,
    command,
    cwd,
    processId: null,
    source: 'agent',
    status: 'inProgress',
    commandActions: [{ type: 'unknown', command }],
    aggregatedOutput: null,
    exitCode: null,
    durationMs: null,
  };
}

export interface Turn {
  readonly id: string;
  readonly rootTurnId: string;
  readonly items: readonly Item[];
  readonly itemsView: 'notLoaded' | 'full';
  readonly status: TurnStatus;
  readonly error: { readonly message: string; readonly [member: string]: unknown } | null;
  /** Seconds since the epoch. */
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly durationMs: number | null;
}

export function newTurn(id: string, startedAt: number | null): Turn {
  return {
    id,
    rootTurnId: id,
    items: [],
    itemsView: 'notLoaded',
    status: 'inProgress',
    error: null,
    startedAt,
    completedAt: null,
    durationMs: null,
  };
}

export interface ThreadFacts {
  readonly id: string;
  readonly cwd: string;
  readonly preview: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly active: boolean;
}

export function threadShape(facts: ThreadFacts): object {
  const { id, cwd, preview, createdAt, updatedAt, active } = facts;
  return {
    id,
    sessionId: id,
    forkedFromId: null,
    parentThreadId: null,
    preview,
    ephemeral: true,
    section: null,
    sectionEnteredAt: null,
    projectId: null,
    historyMode: 'legacy',
    modelProvider: MODEL_PROVIDER,
    model: MODEL,
    reasoningEffort: null,
    createdAt,
    updatedAt,
    recencyAt: updatedAt,
    status: active ? { type: 'active', activeFlags: [] } : { type: 'idle' },
    path: null,
    cwd,
    cliVersion: AGENT_VERSION,
    originator: null,
    source: 'appServer',
    threadSource: null,
    agentNickname: null,
    agentRole: null,
    gitInfo: null,
    name: null,
    turns: [],
  };
}

/** The answer to `thread/start`, beside the thread. */
export function threadSettings(cwd: string): object {
  return {
    model: MODEL,
    modelProvider: MODEL_PROVIDER,
    serviceTier: null,
    disabledPluginIds: [],
    cwd,
    instructionSources: [],
    approvalPolicy: 'untrusted',
    approvalsReviewer: 'user',
    sandbox: { type: 'readOnly', networkAccess: false },
    reasoningEffort: null,
  };
}
