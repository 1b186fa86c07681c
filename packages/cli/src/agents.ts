import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { demoAgentPath } from '@holdfast/demo-agent';
import { type AgentAddress, type AgentSource, nameOfAddress } from '@holdfast/host';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

export interface ChosenAgent {
  readonly agent: AgentSource;
  /** For a person. */
  readonly description: string;
}

/**
 * The agent to run: what was asked for, else codex where it is installed, else the demo agent.
 *
 * @param words a command and its arguments, if one was named
 * @param address of an agent that runs already, if one was named
 * @throws CliError when both are
 */
export function chooseAgent(
  words: readonly string[],
  address: AgentAddress | undefined,
  env: NodeJS.ProcessEnv = process.env,
): ChosenAgent {
  const [command, ...args] = words;
  if (address !== undefined) {
    if (command !== undefined)
      throw new CliError(
        exitCodes.usage,
        `The agent is either at ${nameOfAddress(address)}, or \`${words.join(' ')}\`: leave one of them out.`,
      );
    return { agent: address, description: `the agent at ${nameOfAddress(address)}` };
  }
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
