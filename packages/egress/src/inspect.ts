import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { checkServerIdentity, type DetailedPeerCertificate, getCACertificates } from 'node:tls';
import { shakenHands, tlsOver, type Way } from './dial.ts';
import { explainTlsFailure } from './tls-failure.ts';
import { readAuthorities } from './trust.ts';
import { authorityOf } from './tunnel.ts';

export interface SeenCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** Wall clock in milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
}

/** Where an authority that is trusted comes from. */
export type AuthoritySource = '--ca-file' | 'NODE_EXTRA_CA_CERTS' | 'the system' | 'Node';

export interface TlsReport {
  /** `TLSv1.3`. */
  readonly protocol: string;
  /** The server's own first; as far as it is known here. */
  readonly chain: readonly SeenCertificate[];
  /** Why it is not trusted, for a person; null: it is. */
  readonly problem: string | null;
  /** Who vouches for it. Null where nobody does. */
  readonly authority: { readonly name: string; readonly from: AuthoritySource } | null;
}

/** Shakes hands and looks at what is shown, trusted or not. Nothing is sent over it, and the socket is closed. */
export async function inspectTls(
  socket: Socket,
  { to, context }: Pick<Way, 'to' | 'context'>,
  caFile: string | undefined,
  signal: AbortSignal,
): Promise<TlsReport> {
  // a chain that is not trusted is to be looked at, too
  const tls = tlsOver(socket, to, context, { rejectUnauthorized: false });
  try {
    await shakenHands(tls, to, signal);
    const whose = authorityOf(to);
    const shown = tls.getPeerCertificate(true);
    const chain = chainOf(shown);
    // Node gives the code of what is wrong, and types it as an Error
    const code = tls.authorized ? null : String(tls.authorizationError);
    const message =
      code?.startsWith('ERR_TLS_CERT_ALTNAME') === true ? checkServerIdentity(to.host, shown)?.message : code;
    return {
      protocol: tls.getProtocol() ?? 'unknown',
      chain: chain.map(seen),
      problem: code === null ? null : explainTlsFailure({ code, message: message ?? code }, whose),
      authority: code === null ? vouching(chain.at(-1), caFile) : null,
    };
  } finally {
    tls.destroy();
    socket.destroy();
  }
}

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = leaf;
  // a root is its own issuer
  while (next?.raw !== undefined && !chain.some(({ fingerprint256 }) => fingerprint256 === next?.fingerprint256)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

function seen({ subject, issuer, valid_from, valid_to }: DetailedPeerCertificate): SeenCertificate {
  return {
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    validFrom: Date.parse(valid_from),
    validTo: Date.parse(valid_to),
  };
}

/** A peer wrote it, and a person reads it. */
function nameOf(name: Partial<Record<'CN' | 'O' | 'OU', string | string[]>> | undefined): string {
  const text = [name?.CN ?? name?.O ?? name?.OU ?? 'no name'].flat().join(', ');
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 120);
}

function vouching(root: DetailedPeerCertificate | undefined, caFile: string | undefined): TlsReport['authority'] {
  if (root === undefined) return null;
  const name = nameOf(root.subject);
  const sources: [AuthoritySource, readonly string[]][] = [
    ['--ca-file', caFile === undefined ? [] : readAuthorities(caFile)],
    ['NODE_EXTRA_CA_CERTS', getCACertificates('extra')],
    ['Node', getCACertificates('bundled')],
    ['the system', getCACertificates('default')],
  ];
  const found = sources.find(([, certificates]) => certificates.some((pem) => isThe(root, pem)));
  return { name, from: found?.[0] ?? 'the system' };
}

function isThe({ fingerprint256 }: DetailedPeerCertificate, pem: string): boolean {
  try {
    return new X509Certificate(pem).fingerprint256 === fingerprint256;
  } catch {
    return false; // Node trusts nobody by what it cannot read
  }
}
