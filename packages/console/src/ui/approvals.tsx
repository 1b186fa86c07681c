import type { Session } from '../agent/session.ts';
import type { Approval, Choice } from '../chat/approval.ts';
import type { Chat, FileChange } from '../chat/chat.ts';
import type { Talk } from '../state/talk.ts';
import { reveal } from '../text/reveal.ts';
import { Change } from './files-item.tsx';
import { useArmed } from './use-armed.ts';

/** What the agent asks leave for; one question at a time, in the order in which they came. */
export function Approvals({ talk, session, chat }: { talk: Talk; session: Session; chat: Chat }) {
  const [first] = talk.approvals;
  if (first === undefined) return null;
  const item = chat.items.find(({ id }) => id === first.itemId);
  return (
    <ApprovalPanel
      key={first.key}
      approval={first}
      changes={item?.kind === 'files' ? item.changes : []}
      more={talk.approvals.length - 1}
      decide={({ decision }) => session.decide(first.key, decision)}
    />
  );
}

interface PanelProps {
  approval: Approval;
  changes: readonly FileChange[];
  more: number;
  decide: (choice: Choice) => void;
}

/** So many lines of a change stand beside the question as they are. */
const SHORT_LINES = 16;
const isShort = ({ diff }: FileChange) => diff.split('\n', SHORT_LINES + 1).length <= SHORT_LINES;

const QUESTIONS = { command: 'May it run this?', files: 'May it change these files?' } as const;

function ApprovalPanel({ approval, changes, more, decide }: PanelProps) {
  const { armed, press, guard } = useArmed();
  return (
    <section
      class="approval"
      aria-label="The agent asks for leave"
      data-armed={armed}
      onPointerDown={press}
      onKeyDown={(event) => {
        if (!event.repeat) press();
      }}
    >
      <div role="alert">
        <h2>{QUESTIONS[approval.what]}</h2>
        {approval.command !== null && <pre class="command">{reveal(approval.command)}</pre>}
      </div>
      {changes.map((change) => (
        <Change key={change.path} change={change} open={changes.length === 1 && isShort(change)} />
      ))}
      {approval.reason !== null && <p>{reveal(approval.reason)}</p>}
      {approval.beyond !== null && (
        <p>
          Beyond what it may: <code>{reveal(approval.beyond)}</code>
        </p>
      )}
      {approval.cwd !== null && (
        <p class="quiet">
          in <code>{reveal(approval.cwd)}</code>
        </p>
      )}
      <div class="choices">
        {approval.choices.map((choice) => (
          <button
            key={choice.label}
            type="button"
            class={choice.kind === 'once' ? 'primary' : 'secondary'}
            data-kind={choice.kind}
            aria-disabled={!armed}
            onClick={guard(() => decide(choice))}
          >
            {reveal(choice.label)}
          </button>
        ))}
      </div>
      <p class="quiet more">{more > 0 ? `${more} more after this` : ''}</p>
    </section>
  );
}
