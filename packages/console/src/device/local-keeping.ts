/** Small things that outlive the page, or with `tab` its reload. Storage may be full or forbidden: then they live as long as the page. */
type Where = 'browser' | 'tab';

const storageOf = (where: Where) => (where === 'tab' ? sessionStorage : localStorage);

export function readKept(key: string, where: Where = 'browser'): string {
  try {
    return storageOf(where).getItem(key) ?? '';
  } catch {
    return '';
  }
}

/** @param text '' removes it */
export function writeKept(key: string, text: string, where: Where = 'browser'): void {
  try {
    const storage = storageOf(where);
    if (text === '') storage.removeItem(key);
    else if (text !== storage.getItem(key)) storage.setItem(key, text);
  } catch {
    // see above
  }
}
