import type { Clock } from '@holdfast/lease';
import type { LineBudget } from '@holdfast/local-socket';
import type { Agent, AgentEvents, AgentSource } from './agent.ts';
import { AgentConnection } from './agent-connection.ts';
import { AgentProcess } from './agent-process.ts';

/**
 * One agent of that source. Never throws: an agent that cannot be had ends, a moment later.
 *
 * @param lines what incomplete lines of several agents may have together
 */
export function startAgent(source: AgentSource, clock: Clock, events: AgentEvents, lines?: LineBudget): Agent {
  return 'url' in source ? new AgentConnection(source, clock, events) : new AgentProcess(source, events, lines);
}
