const LOCK = 'holdfast-page';

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
    navigator.locks
      .request(LOCK, steal ? { steal } : { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<never>(() => {}); // until the page is closed
      })
      .catch(onLost);
  });
}
