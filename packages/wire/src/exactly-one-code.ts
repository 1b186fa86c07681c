import * as z from 'zod/mini';

/** For a body that names a code in one of its two forms. */
export const exactlyOneCode = z.refine<{
  pairing_code?: string | null | undefined;
  manual_pairing_code?: string | null | undefined;
}>(
  (body) => (body.pairing_code == null) !== (body.manual_pairing_code == null),
  'exactly one of pairing_code and manual_pairing_code',
);
