import type { Session } from '../agent/session.ts';
import type { Machine } from '../state/state.ts';
import type { Talk } from '../state/talk.ts';
import { Icon } from './icons.tsx';
import { useApp } from './use-app.ts';
import { useHeading } from './use-heading.ts';

interface TalkHeaderProps {
  machine: Machine;
  talk: Talk;
  session: Session;
  showing: Talk['showing'];
}

export function TalkHeader({ machine, talk, session, showing }: TalkHeaderProps) {
  const app = useApp();
  const heading = useHeading(machine.name);
  const codex = talk.agent?.kind === 'codex';
  const show = (what: Talk['showing']) =>
    app.store.dispatch({ type: 'talk', machineId: machine.id, action: { type: 'showing', what } });
  return (
    <header class="bar">
      <button type="button" class="icon-button" aria-label="Machines" onClick={() => app.go({ at: 'machines' })}>
        <Icon name="back" />
      </button>
      <div class="bar-title">
        <h1 ref={heading} tabIndex={-1}>
          {machine.name}
        </h1>
        <p class="quiet" role="status">
          {standing(machine, talk)}
        </p>
      </div>
      {codex && (
        <button
          type="button"
          class="icon-button"
          aria-label="Conversations"
          aria-pressed={showing === 'threads'}
          onClick={() => (showing === 'threads' ? show('chat') : session.listThreads())}
        >
          <Icon name="list" />
        </button>
      )}
      {codex && (
        <button type="button" class="icon-button" aria-label="New conversation" onClick={() => session.newThread()}>
          <Icon name="plus" />
        </button>
      )}
      {talk.agent !== null && talk.agent.kind !== 'other' && (
        <button
          type="button"
          class="icon-button"
          aria-label="Messages on the wire"
          aria-pressed={showing === 'wire'}
          onClick={() => show(showing === 'wire' ? 'chat' : 'wire')}
        >
          <Icon name="wire" />
        </button>
      )}
    </header>
  );
}

function standing({ link, sighting }: Machine, { phase, agent }: Talk): string {
  if (link.state !== 'connected') return link.state === 'connecting' ? 'Connecting…' : 'Not connected';
  if (phase === 'ended') return 'The agent is gone';
  if (sighting?.online === false) return 'The machine is offline';
  if (phase === 'starting') return 'Starting the agent…';
  return agent?.name ?? 'Connected';
}
