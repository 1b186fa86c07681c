import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Session } from '../agent/session.ts';
import type { Talk } from '../state/talk.ts';
import { reveal } from '../text/reveal.ts';

/** The messages as they are, and a line to write one: for an agent of any protocol. */
export function WireConsole({ talk, session }: { talk: Talk; session: Session }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [history, setHistory] = useState<readonly string[]>([]);
  const [back, setBack] = useState(0);
  const scroller = useRef<HTMLElement>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const { entries, dropped } = talk.log;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [entries.length, dropped]);
  const send = () => {
    const written = input.current?.value ?? text; // as it is now, drawn or not
    try {
      session.sendRaw(written.replaceAll('\n', ' ').trim());
      setHistory([...history, written].slice(-100));
      setText('');
      setBack(0);
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const recall = (step: number) => {
    const to = Math.max(0, Math.min(history.length, back + step));
    setBack(to);
    setText(history[history.length - to] ?? '');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send();
    else if (event.key === 'ArrowUp' && (text === '' || back > 0)) recall(1);
    else if (event.key === 'ArrowDown' && back > 0) recall(-1);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <section class="scroll wire" tabIndex={0} aria-label="Messages on the wire" ref={scroller}>
        <div class="column">
          {talk.agent?.kind === 'other' && (
            <p class="note quiet">
              This page does not know the protocol of this agent ({talk.agent.name}). Its messages are below; write
              yours as JSON.
            </p>
          )}
          {dropped > 0 && <p class="note quiet">{dropped} earlier messages are not kept.</p>}
          <ol>
            {entries.map((entry) => (
              <li key={entry.number} data-direction={entry.direction}>
                <span class="sr-only">{entry.direction}: </span>
                <code>{reveal(entry.text)}</code>
              </li>
            ))}
          </ol>
        </div>
      </section>
      {problem !== null && (
        <p class="banner bad" role="alert">
          {problem}
        </p>
      )}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <label class="sr-only" for="raw">
          A JSON-RPC message
        </label>
        <textarea
          id="raw"
          ref={input}
          class="mono"
          rows={1}
          spellcheck={false}
          autocapitalize="off"
          placeholder={'{"id": "a", "method": "…", "params": {}}'}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" class="secondary" disabled={text.trim() === '' || talk.phase === 'ended'}>
          Send
        </button>
      </form>
    </>
  );
}
