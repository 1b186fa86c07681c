import { member, textOf } from '../read.ts';

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
}

/** The words of the protocol; `cancel` also ends the turn. */
export type Decision = 'accept' | 'acceptForSession' | 'decline' | 'cancel';

const KINDS: ReadonlyMap<string, Approval['what']> = new Map([
  ['item/commandExecution/requestApproval', 'command'],
  ['item/fileChange/requestApproval', 'files'],
]);

/** Null for a request that is none of those a person is asked here. */
export function readApproval(method: string, params: unknown, id: string | number): Approval | null {
  const what = KINDS.get(method);
  if (what === undefined) return null;
  return {
    key: JSON.stringify(id),
    threadId: textOf(params, 'threadId'),
    itemId: textOf(params, 'itemId'),
    what,
    command: textOf(params, 'command'),
    cwd: textOf(params, 'cwd'),
    reason: textOf(params, 'reason'),
    beyond: textOf(params, 'grantRoot') ?? textOf(member(params, 'networkApprovalContext'), 'host'),
  };
}
