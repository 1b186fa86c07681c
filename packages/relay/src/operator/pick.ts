import { RpcRefusal, rpcCodes } from '@holdfast/local-socket';

/** How one kind of thing is named by the operator. */
export interface Picking<T> {
  /** "environment", as in the sentence. */
  readonly what: string;
  /** The command that lists them. */
  readonly listedBy: string;
  readonly idOf: (item: T) => string;
  readonly nameOf: (item: T) => string | null;
}

/** The one that is meant, by its id or by a name that no other has. @throws RpcRefusal that says which there are */
export function pick<T>(items: readonly T[], asked: string, { what, listedBy, idOf, nameOf }: Picking<T>): T {
  const byId = items.find((item) => idOf(item) === asked);
  if (byId !== undefined) return byId;
  const [first, ...others] = items.filter((item) => nameOf(item) === asked);
  if (first === undefined) {
    throw new RpcRefusal(
      rpcCodes.refused,
      `This relay knows no ${what} ${JSON.stringify(asked)}; \`${listedBy}\` lists them.`,
      { code: `${what}_unknown` },
    );
  }
  if (others.length === 0) return first;
  const ids = [first, ...others].map(idOf);
  throw new RpcRefusal(
    rpcCodes.refused,
    `${ids.length} are called ${JSON.stringify(asked)}: ${ids.slice(0, 20).join(', ')}. Name the one by its id.`,
    { code: `${what}_ambiguous` },
  );
}
