const LOCK = 'holdfast-page';
/** The page that was here before a reload may hold on for a moment. */
const PATIENCE_MS = 700;

/**
 * A device has one link: two pages of one browser would take it from each other for ever. So one page holds a lock.
 *
 * @param steal take it from whoever has it
 * @param onLost another page took it
 * @returns whether this page has it now
 */
export function holdPage(steal: boolean, onLost: () => void): Promise<boolean> {
  if (navigator.locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    let held = false;
    const hold = () => {
      held = true;
      resolve(true);
      return new Promise<never>(() => {}); // until the page is closed
    };
    navigator.locks
      .request(LOCK, steal ? { steal } : { signal: AbortSignal.timeout(PATIENCE_MS) }, hold)
      .catch(() => (held ? onLost() : resolve(false)));
  });
}
