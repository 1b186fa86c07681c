// Writes packages/console/src/codex-protocol: the types of codex app-server's protocol that the page uses, as the stock codex generates
// them, and those they are made of. Run by hand when the pinned codex changes: `node scripts/codex-types.ts`.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { stockCodexPath } from '@holdfast/testkit';

/** What the page sends and reads. */
const USED = [
  'InitializeParams',
  'InitializeResponse',
  'v2/ThreadStartParams',
  'v2/ThreadStartResponse',
  'v2/ThreadResumeParams',
  'v2/ThreadResumeResponse',
  'v2/ThreadListParams',
  'v2/ThreadListResponse',
  'v2/TurnStartParams',
  'v2/TurnStartResponse',
  'v2/TurnInterruptParams',
  'v2/ThreadItem',
  'v2/TurnStartedNotification',
  'v2/TurnCompletedNotification',
  'v2/ItemStartedNotification',
  'v2/AgentMessageDeltaNotification',
  'v2/FileChangePatchUpdatedNotification',
  'v2/ServerRequestResolvedNotification',
  'v2/ErrorNotification',
  'v2/WarningNotification',
  'v2/ThreadStartedNotification',
  'v2/CommandExecutionRequestApprovalParams',
  'v2/CommandExecutionRequestApprovalResponse',
  'v2/FileChangeRequestApprovalParams',
  'v2/FileChangeRequestApprovalResponse',
];
const TARGET = join(import.meta.dirname, '../packages/console/src/codex-protocol');
const IMPORT = /from "(\.[^"]+)"/g;

const generated = mkdtempSync(join(tmpdir(), 'codex-types-'));
try {
  execFileSync(await stockCodexPath(), ['app-server', 'generate-ts', '--out', generated], {
    env: { ...process.env, CODEX_HOME: generated },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  rmSync(TARGET, { recursive: true, force: true });
  const files = reach(USED.map((name) => join(generated, `${name}.ts`)));
  for (const file of files) {
    const target = join(TARGET, relative(generated, file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(file, 'utf8').replace(IMPORT, 'from "$1.ts"'));
  }
  console.log(`${files.size} files in ${relative(process.cwd(), TARGET)}`);
} finally {
  rmSync(generated, { recursive: true, force: true });
}

/** The files, and all that they import. */
function reach(files: readonly string[]): ReadonlySet<string> {
  const reached = new Set(files);
  // a set that grows while it is gone through gives out what was added
  for (const file of reached) {
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      reached.add(join(dirname(file), `${path}.ts`));
    }
  }
  return reached;
}
