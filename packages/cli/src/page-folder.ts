import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';

/** The page that a relay serves: beside the published program, or where the checkout builds it. Undefined when it was not built. */
export function pageFolder(): string | undefined {
  const inCheckout = extname(import.meta.filename) === '.ts';
  const folder = join(import.meta.dirname, inCheckout ? '../../console/dist' : '../page');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}
