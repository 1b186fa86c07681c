import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { demoAgentPath } from '@holdfast/demo-agent';
import type { AgentCommand } from '@holdfast/host';

export interface ChosenAgent {
  readonly agent: AgentCommand;
  /** For a person. */
  readonly description: string;
}

/** The agent to run: what was asked for, else codex where it is installed, else the demo agent. */
export function chooseAgent(words: readonly string[], env: NodeJS.ProcessEnv = process.env): ChosenAgent {
  const [command, ...args] = words;
  if (command !== undefined) return { agent: { command, args }, description: words.join(' ') };
  if (isOnPath('codex', env))
    return { agent: { command: 'codex', args: ['app-server'] }, description: 'codex app-server' };
  return {
    agent: { command: process.execPath, args: [demoAgentPath] },
    description: 'the demo agent (codex is not on PATH)',
  };
}

function isOnPath(command: string, env: NodeJS.ProcessEnv): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
