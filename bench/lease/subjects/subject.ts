import type { Start, TokenAnswer } from '../scenarios.ts';

/** How a library is used by the callers of the bench. */
export interface Subject {
  /** A token, as a caller would get one. */
  acquire(): Promise<string>;
  /**
   * Calls an API with a token and, when that is refused, once more with a new one, as the library itself does or provides for.
   * Resolves to the last status. Null: the library has no way to be told of a refusal.
   */
  readonly call: ((api: string) => Promise<number>) | null;
}

export interface SubjectContext {
  /** The authority: `/token` gives tokens, `/api` wants one. */
  readonly url: string;
  readonly start: Start;
}

export interface SubjectKind {
  readonly name: string;
  /** As the table calls it. */
  readonly label: string;
  /** The npm package it comes from; null for the lease. */
  readonly package: string | null;
  /** A token that the library wants to renew although it is valid. */
  readonly due: TokenAnswer;
  /** Makes it, holding what `start` says. */
  make(context: SubjectContext): Promise<Subject>;
}

/** In the last two minutes of its life by any peer's own default. */
export const LAST_MINUTE: TokenAnswer = { kind: 'token', lifeS: 60 };

/** For libraries that hold a token once it has been asked for. */
export async function started(subject: Subject, start: Start): Promise<Subject> {
  if (start !== 'nothing') await subject.acquire();
  return subject;
}

/** The call of a library that leaves the 401 to its user: `renew` is how it is told to replace a token. */
export function callWith(acquire: () => Promise<string>, renew: () => Promise<string>): NonNullable<Subject['call']> {
  return async (api) => {
    const status = await statusOf(api, await acquire());
    return status === 401 ? statusOf(api, await renew()) : status;
  };
}

export async function statusOf(api: string, token: string): Promise<number> {
  const response = await fetch(api, { headers: { authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
  return response.status;
}
