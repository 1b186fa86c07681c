import type { AccountCredentials } from '@holdfast/host';
import { RelayRequestError, requestJson } from '@holdfast/host';
import { endpoint, headers } from '@holdfast/wire';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

const AccountAnswer = z.object({ account_id: z.string().min(1) });
const CodexCredentials = z.object({
  id_token: z.string().min(1),
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  account_id: z.string().min(1),
});
export type CodexCredentials = z.infer<typeof CodexCredentials>;

type Fetch = typeof globalThis.fetch;

/** Whose token it is. @throws CliError when the relay does not know it, or cannot be reached */
export async function whoseToken(relay: string, accountToken: string, fetch: Fetch): Promise<string> {
  const body = await ask(fetch, relay, 'GET', 'holdfast/account', { authorization: `Bearer ${accountToken}` });
  return read(AccountAnswer, body, relay).account_id;
}

/** What a stock codex presents as its account. @throws CliError */
export async function codexCredentials(
  relay: string,
  account: AccountCredentials,
  fetch: Fetch,
): Promise<CodexCredentials> {
  const sent = { authorization: `Bearer ${account.accountToken}`, [headers.accountId]: account.accountId };
  return read(CodexCredentials, await ask(fetch, relay, 'POST', 'holdfast/account/codex-credentials', sent), relay);
}

async function ask(
  fetch: Fetch,
  relay: string,
  method: 'GET' | 'POST',
  path: string,
  sent: Record<string, string>,
): Promise<unknown> {
  const request = { method, url: endpoint(relay, path), headers: sent, ...(method === 'POST' ? { body: {} } : {}) };
  try {
    return await requestJson(fetch, request, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof RelayRequestError)) throw error;
    if (error.status === 401 || error.status === 403) {
      throw new CliError(
        exitCodes.refused,
        `The relay at ${relay} does not know this account token. \`holdfast account token\` on the relay's machine makes a new one.`,
        { cause: error },
      );
    }
    if (error.status === null)
      throw new CliError(
        exitCodes.unavailable,
        `No relay answers at ${relay}: ${error.message}. Is it running, and is the address right?`,
        { cause: error },
      );
    if (error.status === 404) throw notHoldfast(relay, error);
    throw new CliError(exitCodes.unavailable, error.message, { cause: error });
  }
}

function read<T>(schema: z.ZodType<T>, body: unknown, relay: string): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw notHoldfast(relay, parsed.error);
  return parsed.data;
}

function notHoldfast(relay: string, cause: unknown): CliError {
  return new CliError(
    exitCodes.unavailable,
    `Something answers at ${relay}, but it is not a Holdfast relay. Is the address right?`,
    { cause },
  );
}
