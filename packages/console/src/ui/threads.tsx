import type { Session } from '../agent/session.ts';
import type { Talk } from '../state/talk.ts';
import { ago } from '../text/time.ts';
import { useNow } from './use-app.ts';

export function Threads({ talk, session }: { talk: Talk; session: Session }) {
  const now = useNow(30_000);
  return (
    <section class="scroll" aria-label="Conversations" tabIndex={0}>
      <div class="column">
        <h2>Conversations</h2>
        {talk.threadsProblem !== null && (
          <p class="banner bad" role="alert">
            {talk.threadsProblem}
          </p>
        )}
        {talk.threads.length === 0 && <p class="quiet">The agent knows of none yet.</p>}
        <ul class="threads">
          {talk.threads.map(({ id, title, updatedAt }) => (
            <li key={id}>
              <button type="button" aria-current={id === talk.threadId} onClick={() => session.showThread(id)}>
                <span class="thread-title">{title}</span>
                <span class="quiet">{updatedAt === null ? '' : ago(updatedAt, now)}</span>
              </button>
            </li>
          ))}
        </ul>
        <button type="button" class="secondary" onClick={() => session.newThread()}>
          New conversation
        </button>
      </div>
    </section>
  );
}
