import { useState } from 'preact/hooks';
import type { Session } from '../agent/session.ts';
import type { Talk, Tool } from '../state/talk.ts';

/** The tools of an MCP server. */
export function Tools({ talk, session }: { talk: Talk; session: Session }) {
  return (
    <section class="scroll" aria-label="Tools" tabIndex={0}>
      <div class="column">
        <h2>Tools</h2>
        {talk.tools.length === 0 && <p class="quiet">{talk.phase === 'ready' ? 'The server lists none yet.' : ''}</p>}
        <ul class="tools">
          {talk.tools.map((tool) => (
            <li key={tool.name} class="step">
              <details>
                <summary>
                  <code>{tool.name}</code>
                  <span class="quiet">{tool.description}</span>
                </summary>
                <CallTool
                  tool={tool}
                  session={session}
                  result={talk.toolResult?.tool === tool.name ? talk.toolResult : null}
                />
              </details>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function CallTool({ tool, session, result }: { tool: Tool; session: Session; result: Talk['toolResult'] }) {
  const [text, setText] = useState('{}');
  const [problem, setProblem] = useState<string | null>(null);
  const call = (event: SubmitEvent) => {
    event.preventDefault();
    try {
      session.callTool(tool.name, JSON.parse(text));
      setProblem(null);
    } catch {
      setProblem('The arguments are not JSON.');
    }
  };
  const id = `arguments-${tool.name}`;
  return (
    <form class="call" onSubmit={call}>
      <details>
        <summary>Schema of its arguments</summary>
        <pre tabIndex={0} role="group" aria-label="Schema">
          {tool.schema}
        </pre>
      </details>
      <label for={id}>Arguments, as JSON</label>
      <textarea
        id={id}
        class="mono"
        rows={3}
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {problem !== null && (
        <p class="banner bad" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" class="primary">
        Call {tool.name}
      </button>
      {result !== null && (
        <pre class="output" data-bad={result.bad} tabIndex={0} role="status" aria-label="Result">
          {result.text}
        </pre>
      )}
    </form>
  );
}
