import type { CommandExecutionApprovalDecision } from '../codex-protocol/v2/CommandExecutionApprovalDecision.ts';
import type { CommandExecutionRequestApprovalParams } from '../codex-protocol/v2/CommandExecutionRequestApprovalParams.ts';
import type { FileChangeRequestApprovalParams } from '../codex-protocol/v2/FileChangeRequestApprovalParams.ts';
import { listOf, member, textOf } from '../read.ts';

type Params = CommandExecutionRequestApprovalParams | FileChangeRequestApprovalParams;
type Decision = CommandExecutionApprovalDecision;

/** Something the agent may only do when it is allowed to. */
export interface Approval {
  /** The id of the agent's request, as JSON, so that 1 and "1" are two. */
  readonly key: string;
  readonly threadId: string | null;
  readonly itemId: string | null;
  readonly what: 'command' | 'files';
  readonly command: string | null;
  readonly cwd: string | null;
  readonly reason: string | null;
  /** Where it wants to write or connect to beyond what it may. */
  readonly beyond: string | null;
  readonly choices: readonly Choice[];
}

/** What a person may answer. */
export interface Choice {
  readonly kind: 'deny' | 'once' | 'more';
  readonly label: string;
  /** What is sent: a word of the protocol, or an object that came with the question. */
  readonly decision: unknown;
}

const KINDS: ReadonlyMap<string, Approval['what']> = new Map([
  ['item/commandExecution/requestApproval', 'command'],
  ['item/fileChange/requestApproval', 'files'],
]);
/** What an agent takes that does not say what it takes. */
const USUAL: readonly Decision[] = ['decline', 'accept', 'acceptForSession'];
const LABELS: ReadonlyMap<unknown, Pick<Choice, 'kind' | 'label'>> = new Map([
  ['accept', { kind: 'once', label: 'Allow once' }],
  ['acceptForSession', { kind: 'more', label: 'Allow for this session' }],
]);

/** Null for a request that is none of those a person is asked here. */
export function readApproval(method: string, params: unknown, id: string | number): Approval | null {
  const what = KINDS.get(method);
  if (what === undefined) return null;
  const offered = listOf(params, 'availableDecisions'); // not in the types: sent by some versions only
  return {
    key: JSON.stringify(id),
    threadId: textOf<Params>(params, 'threadId'),
    itemId: textOf<Params>(params, 'itemId'),
    what,
    command: textOf<Params>(params, 'command'),
    cwd: textOf<Params>(params, 'cwd'),
    reason: textOf<Params>(params, 'reason'),
    beyond: textOf<Params>(params, 'grantRoot') ?? textOf(member<Params>(params, 'networkApprovalContext'), 'host'),
    choices: readChoices(offered.length > 0 ? offered : USUAL),
  };
}

/** A way to say no comes first, whatever the agent offers; what this page has no words for is left out. */
function readChoices(offered: readonly unknown[]): Choice[] {
  const onlyCancel = !offered.includes('decline') && offered.includes('cancel');
  const deny: Choice = onlyCancel
    ? { kind: 'deny', label: 'Deny and stop', decision: 'cancel' satisfies Decision }
    : { kind: 'deny', label: 'Deny', decision: 'decline' satisfies Decision };
  const allow = offered.flatMap((decision): Choice[] => {
    const known = LABELS.get(decision);
    if (known !== undefined) return [{ ...known, decision }];
    const amendment = member(decision, 'acceptWithExecpolicyAmendment');
    return amendment === undefined ? [] : [{ kind: 'more', label: alwaysLabel(amendment), decision }];
  });
  return [deny, ...allow];
}

function alwaysLabel(amendment: unknown): string {
  const words = listOf(amendment, 'execpolicy_amendment').filter((word) => typeof word === 'string');
  return `Always allow: ${words.join(' ')}`;
}
