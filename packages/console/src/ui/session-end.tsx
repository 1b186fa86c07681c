import type { Session } from '../agent/session.ts';
import type { Talk } from '../state/talk.ts';

/** The agent is gone: one tap opens another. */
export function SessionEnd({ talk, session }: { talk: Talk; session: Session }) {
  if (talk.phase !== 'ended') return null;
  return (
    <div class="banner bad" role="alert">
      <span>{talk.end}</span>
      <button type="button" class="primary" onClick={() => session.start()}>
        Connect again
      </button>
    </div>
  );
}
