import type { Context } from 'hono';
import { z } from 'zod';
import type { PageQuery } from '../paging.ts';
import { Failure } from './failure.ts';

const Query = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  order: z.enum(['asc', 'desc']).default('asc'),
  cursor: z.string().min(1).max(256).optional(),
});

/** @param parse null for a cursor that no page gave. @throws Failure 400 */
export function readPage<Place>(c: Context, parse: (cursor: string) => Place | null): PageQuery<Place> {
  const query = Query.safeParse(c.req.query());
  const cursor = query.data?.cursor;
  const after = cursor === undefined ? null : parse(cursor);
  if (!query.success || (cursor !== undefined && after === null)) {
    throw new Failure(
      400,
      'malformed_query',
      'limit is 1 to 100, order is asc or desc, cursor is one that a page before gave.',
    );
  }
  return { limit: query.data.limit, order: query.data.order, after };
}

/** @param found one more than the limit, if there are more */
export function toPage<Found, Item>(
  found: readonly Found[],
  limit: number,
  { item, place }: { item: (found: Found) => Item; place: (found: Found) => string },
): { items: Item[]; cursor: string | null } {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), cursor: found.length > limit && last !== undefined ? place(last) : null };
}
