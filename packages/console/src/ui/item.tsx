import type { ChatItem } from '../chat/chat.ts';
import { CommandItem } from './command-item.tsx';
import { FilesItem } from './files-item.tsx';
import { Markdown } from './markdown.tsx';
import { pure } from './pure.ts';
import { ToolItem } from './tool-item.tsx';

interface ItemProps {
  item: ChatItem;
  connected: boolean;
  /** A person is asked whether it may be. */
  asked: boolean;
}

export const Item = pure(({ item, connected, asked }: ItemProps) => {
  switch (item.kind) {
    case 'user':
      return (
        <article class="said" data-state={item.state} aria-label="You">
          <p>{item.text}</p>
          {item.state === 'sending' && (
            <p class="quiet">{connected ? 'Sending…' : 'Waits for the network; it is sent once, when that is back.'}</p>
          )}
        </article>
      );
    case 'agent':
      return (
        <article class="answer" aria-label="Agent">
          <Markdown segments={item.text} />
        </article>
      );
    case 'thinking':
      return item.text.length === 0 ? null : (
        <details class="thinking">
          <summary>{item.done ? 'Thought about it' : 'Thinking…'}</summary>
          <Markdown segments={item.text} />
        </details>
      );
    case 'command':
      return <CommandItem item={item} asked={asked} />;
    case 'files':
      return <FilesItem item={item} asked={asked} />;
    case 'tool':
      return <ToolItem item={item} />;
    case 'note':
      return <p class={`note ${item.tone}`}>{item.text}</p>;
  }
});
