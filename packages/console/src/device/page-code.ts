/** The pairing code in an address such as `https://relay/#ABCD-2345`; null where there is none. The fragment is never sent anywhere. */
export function codeInFragment(hash: string): string | null {
  const text = hash.replace(/^#/, '');
  return /^(?:[2-9A-HJ-NP-Z]{4}-?[2-9A-HJ-NP-Z]{4}|[a-z0-9_-]{16,256})$/i.test(text) ? text : null;
}

/** What was typed so far, in the form in which codes are shown: `abcd2` becomes `ABCD-2`. */
export function formatTyped(typed: string): string {
  const signs = typed
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, 8);
  return signs.length > 4 ? `${signs.slice(0, 4)}-${signs.slice(4)}` : signs;
}

/** Either form: the one for people, or the long one that only a QR holds. */
export function isWhole(typed: string): boolean {
  return formatTyped(typed).length === 9 || codeInFragment(typed) !== null;
}
