import type { Session } from '../agent/session.ts';
import type { Machine } from '../state/state.ts';
import { chatOf, type Talk } from '../state/talk.ts';
import { Icon } from './icons.tsx';
import { useApp } from './use-app.ts';

interface ComposerProps {
  machine: Machine;
  talk: Talk;
  running: boolean;
  session: Session;
}

export function Composer({ machine, talk, running, session }: ComposerProps) {
  const app = useApp();
  const canSend = talk.phase === 'ready' && !running && talk.draft.trim() !== '';
  const type = (text: string) => app.type(machine.id, text);
  const send = () => {
    // as it is now: what was typed in this very moment is not drawn yet
    const now = app.store.get().talks.get(machine.id);
    if (now?.phase !== 'ready' || chatOf(now).turn !== null || now.draft.trim() === '') return;
    session.send(now.draft.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.isComposing || event.shiftKey) return;
    // on a touch keyboard Enter is the only way to a new line
    if (!event.ctrlKey && !event.metaKey && !matchMedia('(pointer: fine)').matches) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label class="sr-only" for="message">
        Message
      </label>
      <textarea
        id="message"
        rows={1}
        placeholder={running ? 'Next message…' : 'Write a message…'}
        value={talk.draft}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {running ? (
        <button type="button" class="round stop" aria-label="Stop" onClick={() => session.interrupt()}>
          <Icon name="stop" />
        </button>
      ) : (
        <button type="submit" class="round" aria-label="Send" disabled={!canSend}>
          <Icon name="send" />
        </button>
      )}
    </form>
  );
}
