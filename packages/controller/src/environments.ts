import { type EnvironmentItem, EnvironmentList, paths } from '@holdfast/wire';
import type { RelayApi } from './relay-api.ts';
import type { SessionToken } from './session-token.ts';

const PAGE = 50;
/** A relay whose cursor never ends is not followed for ever. */
const MAX_PAGES = 40;

/** The hosts that a device is paired with, all pages of them. */
export async function listEnvironments(
  api: RelayApi,
  token: SessionToken,
  clientId: string,
): Promise<EnvironmentItem[]> {
  const items: EnvironmentItem[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    const path = `${paths.clientEnvironments(clientId)}?${query}`;
    const { value } = await token.authorized((bearer) =>
      api.call({ method: 'GET', path, answer: EnvironmentList, as: { token: bearer, clientId } }),
    );
    items.push(...value.items);
    cursor = value.cursor ?? null;
    if (cursor === null) break;
  }
  return items;
}
