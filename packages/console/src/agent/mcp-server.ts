import { type RpcClient, RpcError } from '@holdfast/controller';
import { listOf, member, textOf } from '../read.ts';
import type { Tool } from '../state/talk.ts';
import type { TalkAction } from '../state/talk-actions.ts';
import { failure, readResult } from '../tools/result.ts';

export interface McpOptions {
  readonly rpc: RpcClient;
  readonly dispatch: (action: TalkAction) => void;
}

const METHOD_NOT_FOUND = -32601;
/** A server whose cursor never ends is not followed for ever. */
const MOST_PAGES = 20;
const MOST_TOOLS = 500;

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
    dispatch({ type: 'tools', tools: tools.slice(0, MOST_TOOLS) });
  }

  async call(tool: string, args: unknown): Promise<void> {
    const { rpc, dispatch } = this.#options;
    dispatch({ type: 'tool-called', tool, call: 'running' });
    try {
      const answer = await rpc.request('tools/call', { name: tool, arguments: args });
      dispatch({ type: 'tool-called', tool, call: readResult(answer) });
    } catch (error) {
      if (error instanceof RpcError) dispatch({ type: 'tool-called', tool, call: failure(error.message) });
    }
  }
}

function readTool(raw: unknown): Tool[] {
  const name = textOf(raw, 'name');
  return name === null
    ? []
    : [{ name, description: textOf(raw, 'description') ?? '', schema: member(raw, 'inputSchema') ?? {} }];
}
