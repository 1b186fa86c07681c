import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

const COMMAND = {
  cmd: 'echo held-fast > proof.txt && cat proof.txt',
  sandbox_permissions: 'require_escalated',
  justification: 'May I write the proof?',
};
/** The shell is only its envelope: codex takes the patch out of it, and asks as for any change of a file. */
const PATCH = {
  cmd: "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: notes.md\n+# Notes\n+written by a patch\n*** End Patch\nEOF",
};
const ANSWER = ['It says ', '**held-', 'fast**.'];

/**
 * A model that speaks the Responses API as far as codex needs: it asks for one command, or for a patch when it is asked for
 * one, and then tells what that said.
 */
export async function startModelStandIn(t: TestContext): Promise<{ url: string }> {
  let answers = 0;
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(404).end('{}');
      return;
    }
    const { input } = JSON.parse(await text(request)) as { input: { type: string }[] };
    answers += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    send(response, 'response.created', { response: { id: `response-${answers}` } });
    if (input.at(-1)?.type === 'function_call_output') tellResult(response, `item-${answers}`);
    else askForCommand(response, `item-${answers}`, JSON.stringify(input.at(-1)).includes('patch') ? PATCH : COMMAND);
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    send(response, 'response.completed', { response: { id: `response-${answers}`, usage } });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it has no port');
  return { url: `http://127.0.0.1:${address.port}/v1` };
}

function askForCommand(response: ServerResponse, id: string, command: object): void {
  const call = {
    type: 'function_call',
    id,
    call_id: `call-${id}`,
    name: 'exec_command',
    arguments: JSON.stringify(command),
  };
  send(response, 'response.output_item.done', { item: call });
}

function tellResult(response: ServerResponse, id: string): void {
  const item = { type: 'message', id, role: 'assistant', content: [{ type: 'output_text', text: ANSWER.join('') }] };
  send(response, 'response.output_item.added', { item: { ...item, content: [] } });
  for (const delta of ANSWER) send(response, 'response.output_text.delta', { item_id: id, delta });
  send(response, 'response.output_item.done', { item });
}

function send(response: ServerResponse, type: string, members: object): void {
  response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`);
}
