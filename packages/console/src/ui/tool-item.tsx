import type { ChatItem } from '../chat/chat.ts';
import { ProgressLabel } from './progress.tsx';

export function ToolItem({ item }: { item: ChatItem & { kind: 'tool' } }) {
  const label = (
    <>
      <span>{item.name}</span>
      <ProgressLabel progress={item.progress} />
    </>
  );
  return (
    <article class="step" aria-label="Tool">
      {item.detail === '' ? (
        <header>{label}</header>
      ) : (
        <details>
          <summary>{label}</summary>
          <pre class="output" tabIndex={0} role="group" aria-label="Details">
            {item.detail}
          </pre>
        </details>
      )}
    </article>
  );
}
