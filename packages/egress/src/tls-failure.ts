import { isIP } from 'node:net';

/** The name to ask for by SNI, which has no addresses. */
export function serverNameOf(host: string): string {
  return isIP(host) === 0 ? host : '';
}

/** OpenSSL's and Node's codes for a certificate that is not trusted. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

export function isTlsFailure(error: Error): boolean {
  return UNTRUSTED.has(codeOf(error)) || /^(ERR_TLS|ERR_SSL|CERT_|EPROTO$)/.test(codeOf(error));
}

/** Why TLS with `whose` ("relay.example.org:443") failed, and what to do. */
export function explainTlsFailure(error: { readonly message: string; readonly code?: string }, whose: string): string {
  const code = error.code ?? '';
  if (UNTRUSTED.has(code)) {
    return `the certificate of ${whose} is signed by nobody that is trusted here (${error.message}). If a private authority signed it, name that authority's file with --ca-file or in NODE_EXTRA_CA_CERTS.`;
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return `the certificate of ${whose} has expired, or this machine's clock is wrong. Whoever runs it has to renew it.`;
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return `the certificate of ${whose} is not valid yet; is this machine's clock right?`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the certificate of ${whose} is for another name (${error.message}). Is the address right?`;
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code) || code === 'EPROTO') {
    return `${whose} does not speak TLS (${code}). Is it http:// in place of https://?`;
  }
  return `TLS with ${whose} failed: ${error.message}`;
}
