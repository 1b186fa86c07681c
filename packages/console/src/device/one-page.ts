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
export async function holdPage(steal: boolean, onLost: () => void): Promise<boolean> {
  if (navigator.locks === undefined) return true;
  if (steal) return take({ steal }, onLost);
  if (await take({ ifAvailable: true }, onLost)) return true;
  await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  return take({ ifAvailable: true }, onLost);
}

function take(options: LockOptions, onLost: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(LOCK, options, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<never>(() => {}); // until the page is closed
      })
      .catch(onLost);
  });
}
