/** What is invisible, or makes text appear in another order than it has: controls, zero-width and bidirectional marks. */
const HIDDEN = /[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu;

/**
 * A command as it is, for a person who is to allow it: nothing in it may hide. Line ends stay; what cannot be seen is written out as
 * ⟨U+202E⟩.
 */
export function reveal(text: string): string {
  return text.replace(HIDDEN, (sign) => {
    if (sign === '\n' || sign === '\t') return sign;
    return `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}
