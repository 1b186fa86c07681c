import { type AgentAddress, methodNames, parseAgentAddress } from '@holdfast/host';
import { InvalidArgumentError, Option } from 'commander';

function parseAgent(text: string): AgentAddress {
  try {
    return parseAgentAddress(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function parseMethods(text: string): string[] {
  const methods = text.split(',').map((method) => method.trim());
  const unknown = methods.find((method) => !methodNames.includes(method));
  if (unknown === undefined) return methods;
  throw new InvalidArgumentError(
    `There is no method ${JSON.stringify(unknown)}; there are: ${methodNames.join(', ')}.`,
  );
}

export const agentOption = () =>
  new Option(
    '--agent <url>',
    'an agent that runs already and serves all streams, in place of a command: ws://127.0.0.1:PORT, wss://HOST, unix:///PATH, or unix:// for where `codex app-server --listen unix://` listens',
  ).argParser(parseAgent);
export const controllersMayOption = () =>
  new Option(
    '--controllers-may <methods>',
    'what devices may ask of this host beside looking at it, such as remoteControl/pairing/start; several with commas',
  )
    .argParser(parseMethods)
    .default([], 'nothing');
