/** Why this page cannot work here; null when it can. `URL.parse` is the newest of what it needs. */
export function stopReason(page: {
  isSecureContext: boolean;
  hasCrypto: boolean;
  parsesUrls: boolean;
}): 'insecure' | 'old' | null {
  if (!page.isSecureContext) return 'insecure';
  return page.hasCrypto && page.parsesUrls ? null : 'old';
}
