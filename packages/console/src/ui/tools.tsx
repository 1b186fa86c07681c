import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Session } from '../agent/session.ts';
import type { Talk, Tool, ToolCall } from '../state/talk.ts';
import { firstDraft, type Problems, readDraft } from '../tools/draft.ts';
import { readField } from '../tools/field.ts';
import type { ResultPart } from '../tools/result.ts';
import { FieldInput, GroupInput } from './field-input.tsx';

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
              <ToolDetails tool={tool} session={session} call={talk.calls.get(tool.name) ?? null} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

interface ToolProps {
  tool: Tool;
  session: Session;
  call: ToolCall | null;
}

/** A closed one costs nothing: its form is made when it is opened. */
function ToolDetails({ tool, session, call }: ToolProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>{tool.name}</code>
        <span class="quiet">{tool.description}</span>
      </summary>
      {open && <CallTool tool={tool} session={session} call={call} />}
    </details>
  );
}

const NONE: Problems = new Map();

function CallTool({ tool, session, call }: ToolProps) {
  const field = useMemo(() => readField(tool.schema), [tool.schema]);
  const [draft, setDraft] = useState(() => firstDraft(field));
  const [problems, setProblems] = useState(NONE);
  const form = `tool-${tool.name}`;
  const running = call === 'running';
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (running) return;
    const read = readDraft(field, draft);
    setProblems('problems' in read ? read.problems : NONE);
    if ('value' in read) return session.callTool(tool.name, read.value);
    const [first] = read.problems.keys();
    document.getElementById(`${form}-${first}`)?.focus();
  };
  const common = { draft, problems, where: '', form, required: true, change: setDraft };
  return (
    <form class="call" onSubmit={submit} noValidate>
      {field.kind === 'group' ? (
        <GroupInput {...common} entries={field.entries} />
      ) : (
        <div class="field">
          <label for={`${form}-`}>Arguments, as JSON</label>
          {problems.has('') && <p class="field-problem">What is written {problems.get('')}.</p>}
          <FieldInput {...common} field={field} />
        </div>
      )}
      {problems.size > 0 && (
        <p class="banner bad" role="alert">
          {problems.size === 1 ? 'One field needs' : `${problems.size} fields need`} a look. Nothing was sent.
        </p>
      )}
      <button type="submit" class="primary" aria-disabled={running}>
        {running ? 'Running…' : `Call ${tool.name}`}
      </button>
      <div role="status" aria-label="Result">
        {call !== null && call !== 'running' && <Result {...call} />}
      </div>
      <details>
        <summary>Schema of its arguments</summary>
        <pre tabIndex={0} role="group" aria-label="Schema">
          {JSON.stringify(tool.schema, null, 2)}
        </pre>
      </details>
    </form>
  );
}

function Result({ parts, structured, bad }: Exclude<ToolCall, 'running'>) {
  return (
    <>
      {bad && <p class="field-problem">The tool failed:</p>}
      {parts.map((part, at) =>
        part.kind === 'image' ? (
          <Picture key={at} {...part} />
        ) : (
          <pre key={at} class="output" data-bad={bad} tabIndex={0} role="group" aria-label="Text">
            {part.text}
          </pre>
        ),
      )}
      {structured !== null && (
        <details>
          <summary>The same as structured data</summary>
          <pre class="output" tabIndex={0} role="group" aria-label="Structured data">
            {structured}
          </pre>
        </details>
      )}
    </>
  );
}

function Picture({ type, base64 }: Extract<ResultPart, { kind: 'image' }>) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const made = imageUrl(type, base64);
    setUrl(made);
    return () => {
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [type, base64]);
  return url === null ? (
    <p class="field-problem">An image that is not one.</p>
  ) : (
    <img class="picture" src={url} alt="What the tool answered" />
  );
}

function imageUrl(type: string, base64: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    return URL.createObjectURL(new Blob([bytes], { type }));
  } catch {
    return null; // no base64
  }
}
