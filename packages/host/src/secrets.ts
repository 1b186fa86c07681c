/** Shorter than this nothing is a secret, and hiding it would make a text unreadable. */
const LEAST_LENGTH = 6;
const HIDDEN = '[redacted]';

/** A text that a peer wrote, with what it must not repeat taken out: each secret, and the beginning of one that the text's end cut off. */
export function withoutSecrets(text: string, secrets: readonly (string | null)[]): string {
  let shown = text;
  for (const secret of secrets) {
    if (secret === null || secret.length < LEAST_LENGTH) continue;
    const escaped = JSON.stringify(secret).slice(1, -1);
    shown = shown.replaceAll(secret, HIDDEN).replaceAll(escaped, HIDDEN);
    const cut = lengthAtEnd(shown, secret);
    if (cut > 0) shown = shown.slice(0, -cut) + HIDDEN;
  }
  return shown;
}

/** How many characters at the end of `text` are the beginning of `secret`. */
function lengthAtEnd(text: string, secret: string): number {
  for (let length = secret.length - 1; length >= LEAST_LENGTH; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return length;
  }
  return 0;
}
