import type { Machine } from '../state/state.ts';
import { chatOf, NEW_TALK, type Talk } from '../state/talk.ts';
import { Approvals } from './approvals.tsx';
import { Composer } from './composer.tsx';
import { Conversation } from './conversation.tsx';
import { lazily } from './lazily.tsx';
import { LinkStatus } from './link-status.tsx';
import { SessionEnd } from './session-end.tsx';
import { TalkHeader } from './talk-header.tsx';
import { Threads } from './threads.tsx';
import { useApp } from './use-app.ts';

const Tools = lazily(() => import('./tools.tsx').then((module) => module.Tools));
const WireConsole = lazily(() => import('./wire-console.tsx').then((module) => module.WireConsole));

export function TalkView({ machine, talk = NEW_TALK }: { machine: Machine; talk: Talk | undefined }) {
  const app = useApp();
  const session = app.session(machine.id);
  if (session === null) return null;
  const showing = talk.showing === 'chat' && talk.agent?.kind === 'other' ? 'wire' : talk.showing;
  const chat = chatOf(talk);
  return (
    <main class="talk">
      <TalkHeader machine={machine} talk={talk} session={session} showing={showing} />
      <LinkStatus machine={machine} />
      {showing === 'threads' && <Threads talk={talk} session={session} />}
      {showing === 'wire' && <WireConsole talk={talk} session={session} />}
      {showing === 'chat' && talk.agent?.kind === 'mcp' && <Tools talk={talk} session={session} />}
      {showing === 'chat' && talk.agent?.kind !== 'mcp' && (
        <Conversation key={talk.threadId} chat={chat} talk={talk} machine={machine} />
      )}
      <SessionEnd talk={talk} session={session} />
      <Approvals talk={talk} session={session} chat={chat} />
      {showing === 'chat' && talk.agent?.kind !== 'mcp' && (
        <Composer machine={machine} talk={talk} running={chat.turn !== null} session={session} />
      )}
    </main>
  );
}
