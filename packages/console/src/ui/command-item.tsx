import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ChatItem } from '../chat/chat.ts';
import { plainOutput } from '../text/ansi.ts';
import { reveal } from '../text/reveal.ts';
import { duration } from '../text/time.ts';
import { ProgressLabel } from './progress.tsx';

export function CommandItem({ item, asked }: { item: ChatItem & { kind: 'command' }; asked: boolean }) {
  const output = useRef<HTMLPreElement>(null);
  const { text, droppedCharacters } = item.output;
  // its end is what a person wants to see while it runs
  useLayoutEffect(() => {
    const element = output.current;
    if (element !== null && item.progress === 'running') element.scrollTop = element.scrollHeight;
  }, [text, item.progress]);
  const extra = [
    item.exitCode !== null && item.exitCode !== 0 ? `exit code ${item.exitCode}` : null,
    item.durationMs !== null && item.durationMs >= 1_000 ? duration(item.durationMs) : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
  return (
    <article class="step" aria-label="Command">
      <header>
        <code class="command">{reveal(item.command)}</code>
        <ProgressLabel progress={asked ? 'asked' : item.progress} extra={extra === '' ? undefined : extra} />
      </header>
      {text !== '' && (
        <pre class="output" ref={output} tabIndex={0} role="group" aria-label="Output">
          {droppedCharacters > 0 && (
            <span class="quiet">
              … {droppedCharacters.toLocaleString()} characters before this{'\n'}
            </span>
          )}
          {plainOutput(text)}
        </pre>
      )}
    </article>
  );
}
