import type { Progress } from '../chat/chat.ts';

const WORDS: Readonly<Record<Progress, string>> = {
  running: 'Running',
  completed: 'Done',
  failed: 'Failed',
  declined: 'Not allowed',
};

export function ProgressLabel({ progress, extra }: { progress: Progress; extra?: string | undefined }) {
  return (
    <span class="progress" data-progress={progress}>
      {WORDS[progress]}
      {extra === undefined ? '' : ` · ${extra}`}
    </span>
  );
}
