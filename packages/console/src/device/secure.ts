/** Why this page cannot keep a device key here; null when it can. */
export function insecureReason(page: { isSecureContext: boolean; hasCrypto: boolean }): 'insecure' | 'old' | null {
  if (!page.isSecureContext) return 'insecure';
  return page.hasCrypto ? null : 'old';
}
