import { useState } from 'preact/hooks';
import type { ChatItem, FileChange } from '../chat/chat.ts';
import { countChanges, diffLines } from '../chat/diff.ts';
import { languageOfPath } from '../highlight/language-of-path.ts';
import { reveal } from '../text/reveal.ts';
import { Coloured, useTokenize } from './code.tsx';
import { ProgressLabel } from './progress.tsx';

const KINDS = { add: 'New', delete: 'Deleted', update: 'Changed' } as const;

export function FilesItem({ item, asked }: { item: ChatItem & { kind: 'files' }; asked: boolean }) {
  return (
    <article class="step" aria-label="File changes">
      <header>
        <span>{item.changes.length === 1 ? 'A file' : `${item.changes.length} files`}</span>
        <ProgressLabel progress={asked ? 'asked' : item.progress} />
      </header>
      {item.changes.map((change) => (
        // while it is asked about, the question shows it
        <Change key={change.path} change={change} open={!asked && item.changes.length < 4} />
      ))}
    </article>
  );
}

/** A closed one costs nothing: its lines are made when it is opened. */
export function Change({ change, open }: { change: FileChange; open: boolean }) {
  const [shown, setShown] = useState(open);
  const { lines, left } = diffLines(change.diff, change.kind);
  const language = languageOfPath(change.movedTo ?? change.path);
  const tokenize = useTokenize(shown && language !== '');
  const { added, removed } = countChanges(lines);
  return (
    <details class="change" open={open} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>
        <span class="path">
          {reveal(change.path)}
          {change.movedTo !== null && ` → ${reveal(change.movedTo)}`}
        </span>
        <span class="counts">
          {KINDS[change.kind]} <span class="added">+{added}</span> <span class="removed">−{removed}</span>
        </span>
      </summary>
      {shown && (
        <pre class="diff" tabIndex={0} role="group" aria-label={`Changes of ${change.path}`}>
          {lines.map(({ sign, text }, at) => (
            <span key={at} class="diff-line" data-sign={sign}>
              {sign === '@' ? '' : sign}
              <Coloured text={text} language={language} tokenize={sign === '@' ? null : tokenize} />
              {'\n'}
            </span>
          ))}
          {left > 0 && <span class="quiet">… and {left.toLocaleString()} lines more</span>}
        </pre>
      )}
    </details>
  );
}
