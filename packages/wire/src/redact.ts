import { limits } from './limits.ts';

const SECRET_MEMBERS =
  /("(?:remote_control_token|pairing_code|manual_pairing_code|pairingCode|manualPairingCode|access_token|refresh_token|id_token|token|ticket)"\s*:\s*)"(?:[^"\\]|\\.)*"?/g;

/** The beginning of an answer's body, fit to show to a person or to log: secrets out, control characters out, at most 4,096 bytes (docs/protocol.md §2). */
export function bodyPreview(body: string): string {
  const redacted = body.slice(0, 4 * limits.bodyPreviewBytes).replace(SECRET_MEMBERS, '$1"[redacted]"');
  const visible = redacted.replace(/\p{Cc}+/gu, ' ').trim();
  const bytes = new TextEncoder().encode(visible);
  if (bytes.length <= limits.bodyPreviewBytes) return visible;
  return `${new TextDecoder().decode(bytes.subarray(0, limits.bodyPreviewBytes - 8)).replace(/\uFFFD$/, '')}…`;
}
