import type { Progress } from '../chat/chat.ts';

const WORDS: Readonly<Record<Progress | 'asked', string>> = {
  asked: 'Waits for you',
  running: 'Running',
  completed: 'Done',
  failed: 'Failed',
  declined: 'Not allowed',
};

export function ProgressLabel({ progress, extra }: { progress: Progress | 'asked'; extra?: string | undefined }) {
  return (
    <span class="progress" data-progress={progress}>
      {WORDS[progress]}
      {extra === undefined ? '' : ` · ${extra}`}
    </span>
  );
}
