// One subject in one scenario: `node storm-worker.ts SUBJECT SCENARIO URL`, asked first to prepare, then to run.
import { serve } from '../common/ipc.ts';
import { runCallers, runRefused, runSequence, type Tally } from './load.ts';
import { scenarioNamed } from './scenarios.ts';
import { subjectNamed } from './subjects/index.ts';
import type { Subject } from './subjects/subject.ts';

export type StormQuestion =
  | { readonly ask: 'prepare' }
  | { readonly ask: 'run'; readonly forMs: number; readonly graceMs: number };

const kind = subjectNamed(process.argv[2]);
const scenario = scenarioNamed(process.argv[3]);
const url = process.argv[4] ?? '';
let subject: Subject | undefined;

serve(async (question: StormQuestion): Promise<Tally | null> => {
  if (question.ask === 'prepare') {
    await (await fetch(`${url}/warm`)).arrayBuffer();
    subject = await kind.make({ url, start: scenario.start });
    return null;
  }
  if (subject === undefined) throw new Error('not prepared');
  if (scenario.load === 'callers') return runCallers(subject, question.forMs, question.graceMs);
  if (scenario.load === 'sequence') return runSequence(subject);
  return subject.call === null ? null : runRefused(subject.call, `${url}/api`);
});
