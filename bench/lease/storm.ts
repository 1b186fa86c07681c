// The storm table: every subject in every scenario, a scenario at a time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '../common/ipc.ts';
import type { Asked, AuthorityQuestion } from './authority.ts';
import type { Tally } from './load.ts';
import { FRESH, type Scenario, scenarios } from './scenarios.ts';
import type { StormQuestion } from './storm-worker.ts';
import { subjects } from './subjects/index.ts';
import type { SubjectKind } from './subjects/subject.ts';

export interface StormResult {
  readonly scenario: Scenario;
  readonly subject: SubjectKind;
  /** Null where the subject has no way to do what the scenario asks. */
  readonly outcome: (Tally & Asked) | null;
}

export interface StormLength {
  /** How long the callers go on, in ms. */
  readonly forMs: number;
  /** How long the bench then waits for those without an answer, in ms. */
  readonly graceMs: number;
}

export async function runStorms(length: StormLength, say: (what: string) => void): Promise<StormResult[]> {
  const home = mkdtempSync(join(tmpdir(), 'lease-bench-'));
  const workers: Worker[] = [];
  const start = (...what: ConstructorParameters<typeof Worker>): Worker => {
    const worker = new Worker(...what);
    workers.push(worker);
    return worker;
  };
  try {
    const authority = start(new URL('authority.ts', import.meta.url));
    const prepare = (scenario: Scenario): Promise<Field[]> =>
      Promise.all(
        subjects.map(async (subject) => {
          const url = await openAuthority(authority, scenario, subject);
          const env = cleanEnvironment(mkdtempSync(join(home, `${subject.name}-`)));
          const worker = start(new URL('storm-worker.ts', import.meta.url), [subject.name, scenario.name, url], {
            env,
          });
          await worker.ask({ ask: 'prepare' } satisfies StormQuestion);
          return { scenario, subject, url, worker };
        }),
      );
    const results: StormResult[] = [];
    const run = async (field: Field): Promise<void> => void results.push(await runField(authority, field, length));
    // Tokens that are to be refused have to be some seconds old; meanwhile the other scenarios run.
    const refused = scenarios.filter(({ load }) => load === 'refused');
    const aging = Promise.all(refused.map(prepare));
    aging.catch(() => {}); // awaited below
    for (const scenario of scenarios) {
      if (scenario.load === 'refused') continue;
      say(`storm: ${scenario.title}`);
      await Promise.all((await prepare(scenario)).map(run));
    }
    // A burst is over in a moment, in which processes side by side would wait for a core: one subject at a time.
    for (const fields of await aging) {
      say(`storm: ${fields[0]?.scenario.title}`);
      for (const field of fields) await run(field);
    }
    return results.toSorted((a, b) => place(a) - place(b));
  } finally {
    for (const worker of workers) await worker.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** A subject in a process of its own, and the authority it talks to. */
interface Field {
  readonly scenario: Scenario;
  readonly subject: SubjectKind;
  readonly url: string;
  readonly worker: Worker;
}

/** In the order of the tables, whatever the order in which they ended. */
function place({ scenario, subject }: StormResult): number {
  return scenarios.indexOf(scenario) * subjects.length + subjects.indexOf(subject);
}

function openAuthority(authority: Worker, scenario: Scenario, subject: SubjectKind): Promise<string> {
  const before = scenario.start === 'due' ? subject.due : FRESH;
  const { answer, refusalSpreadMs } = scenario;
  return authority.ask({ ask: 'open', before, during: answer, refusalSpreadMs } satisfies AuthorityQuestion);
}

async function runField(authority: Worker, field: Field, length: StormLength): Promise<StormResult> {
  const { scenario, subject, url, worker } = field;
  await authority.ask({ ask: 'begin', url } satisfies AuthorityQuestion);
  const tally = await worker.ask<Tally | null>({ ask: 'run', ...length } satisfies StormQuestion);
  const asked = await authority.ask<Asked>({ ask: 'count', url } satisfies AuthorityQuestion);
  await worker.stop();
  return { scenario, subject, outcome: tally === null ? null : { ...tally, ...asked } };
}

/** Nobody's real credentials, proxies or settings: each subject has an empty home. */
function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return { PATH, SystemRoot, TEMP, HOME: home, USERPROFILE: home, AWS_EC2_METADATA_DISABLED: 'true' };
}
