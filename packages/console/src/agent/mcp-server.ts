import { type RpcClient, RpcError } from '@holdfast/controller';
import { listOf, member, textOf } from '../read.ts';
import type { Tool } from '../state/talk.ts';
import type { TalkAction } from '../state/talk-actions.ts';

export interface McpOptions {
  readonly rpc: RpcClient;
  readonly dispatch: (action: TalkAction) => void;
}

const METHOD_NOT_FOUND = -32601;
/** A server whose cursor never ends is not followed for ever. */
const MOST_PAGES = 20;
const MOST_RESULT = 200_000;

/** Lists and calls the tools of an MCP server. */
export class McpServer {
  readonly #options: McpOptions;

  constructor(options: McpOptions) {
    this.#options = options;
    options.rpc.onRequest((method) => {
      if (method === 'ping') return {};
      throw new RpcError(METHOD_NOT_FOUND, `The Holdfast page does not answer ${method}.`);
    });
  }

  async list(): Promise<void> {
    const { rpc, dispatch } = this.#options;
    const tools: Tool[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer: unknown = await rpc.request('tools/list', cursor === null ? {} : { cursor });
      tools.push(...listOf(answer, 'tools').flatMap(readTool));
      cursor = textOf(answer, 'nextCursor');
      if (cursor === null) break;
    }
    dispatch({ type: 'tools', tools });
  }

  async call(tool: string, args: unknown): Promise<void> {
    const { rpc, dispatch } = this.#options;
    try {
      const answer = await rpc.request('tools/call', { name: tool, arguments: args });
      dispatch({ type: 'tool-result', tool, text: resultText(answer), bad: member(answer, 'isError') === true });
    } catch (error) {
      if (error instanceof RpcError) dispatch({ type: 'tool-result', tool, text: error.message, bad: true });
    }
  }
}

function readTool(raw: unknown): Tool[] {
  const name = textOf(raw, 'name');
  if (name === null) return [];
  const schema = JSON.stringify(member(raw, 'inputSchema') ?? {}, null, 2);
  return [{ name, description: textOf(raw, 'description') ?? '', schema }];
}

export function resultText(answer: unknown): string {
  const parts = listOf(answer, 'content').map((part) => textOf(part, 'text') ?? JSON.stringify(part, null, 2));
  const text = parts.length > 0 ? parts.join('\n') : JSON.stringify(answer, null, 2);
  return text.slice(0, MOST_RESULT);
}
