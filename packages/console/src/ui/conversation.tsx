import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat/chat.ts';
import type { Machine } from '../state/state.ts';
import type { Talk } from '../state/talk.ts';
import { Icon } from './icons.tsx';
import { Item } from './item.tsx';

/** So near to its end a conversation follows what comes. */
const NEAR_PX = 60;

export function Conversation({ chat, talk, machine }: { chat: Chat; talk: Talk; machine: Machine }) {
  const scroller = useRef<HTMLElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);
  const toEnd = () => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };
  const last = chat.items.at(-1);
  const mine = last?.kind === 'user' ? last.id : null;
  // who has just said something wants to see the answer
  useLayoutEffect(() => {
    if (mine !== null) following.current = true;
  }, [mine]);
  useLayoutEffect(() => {
    if (following.current) toEnd();
  });
  const onScroll = () => {
    const element = scroller.current;
    if (element === null) return;
    following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    setAway(!following.current);
  };
  const standing = chat.turn === null ? '' : talk.approvals.length > 0 ? 'Waiting for you' : 'Working';
  const asked = new Set(talk.approvals.map(({ itemId }) => itemId));
  const connected = machine.link.state === 'connected';
  return (
    <div class="conversation-frame">
      <section class="conversation" tabIndex={0} aria-label="Conversation" ref={scroller} onScroll={onScroll}>
        <div class="column">
          {chat.items.length === 0 && <Welcome talk={talk} machine={machine} />}
          {chat.dropped > 0 && <p class="note quiet">{chat.dropped} earlier steps are not shown.</p>}
          {chat.items.map((item) => (
            <Item key={item.id} item={item} connected={connected} asked={asked.has(item.id)} />
          ))}
        </div>
      </section>
      <p class="working" data-on={chat.turn !== null && talk.approvals.length === 0}>
        <span aria-hidden="true" />
        <span role="status">{standing}</span>
      </p>
      {away && (
        <button
          type="button"
          class="icon-button to-end"
          aria-label="To the newest"
          onClick={() => {
            following.current = true;
            toEnd();
          }}
        >
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}

function Welcome({ talk, machine }: { talk: Talk; machine: Machine }) {
  if (talk.phase === 'starting') {
    const offline = machine.sighting?.online === false || machine.link.state !== 'connected';
    return (
      <div class="welcome">
        <p>{offline ? `${machine.name} is not reached yet. The agent starts when it is.` : 'Starting the agent…'}</p>
      </div>
    );
  }
  if (talk.phase === 'ended') return null;
  return (
    <div class="welcome">
      <h2>What shall it do?</h2>
      <p class="quiet">It runs on {machine.name}, and asks before it does what it may not do by itself.</p>
    </div>
  );
}
