import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { tlsUnusable } from '../errors.ts';

/** Where a certificate and its key are, both as PEM. */
export interface TlsFiles {
  /** The relay's own certificate first, then those between it and its authority. */
  readonly cert: string;
  /** Not encrypted, and not readable by others. */
  readonly key: string;
}

/** A certificate with its key, found to belong together. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
}

const OTHERS = 0o007;

/** Reads and checks both. An expired certificate is read as any other. @throws RelayError `ERR_RELAY_TLS` that says what is wrong and what to do */
export function readCertificatePair(files: TlsFiles): CertificatePair {
  const cert = read(files.cert, 'certificate', '--tls-cert');
  const key = read(files.key, 'key', '--tls-key');
  refuseOthers(files.key);
  const certificate = parseCertificate(cert, files.cert);
  if (!certificate.checkPrivateKey(parseKey(key, files.key))) {
    throw tlsUnusable(
      `The key in ${files.key} does not belong to the certificate in ${files.cert}. Name the key that the certificate was made for.`,
    );
  }
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw tlsUnusable(`The certificate in ${files.cert} cannot be used for TLS: ${wordsOf(cause)}.`, cause);
  }
  return { cert, key, validFrom: certificate.validFromDate.getTime(), validTo: certificate.validToDate.getTime() };
}

function read(file: string, what: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') throw tlsUnusable(`There is no ${what} file ${file}. Is ${flag} right?`, cause);
    if (code === 'EACCES')
      throw tlsUnusable(
        `This user may not read the ${what} file ${file}. Give it to the user that runs the relay.`,
        cause,
      );
    throw tlsUnusable(`The ${what} file ${file} cannot be read: ${wordsOf(cause)}.`, cause);
  }
}

function refuseOthers(file: string): void {
  if ((statSync(file).mode & OTHERS) === 0) return;
  throw tlsUnusable(`Every user of this machine may read the key in ${file}. Run: chmod 600 ${file}`);
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    const hint = pem.includes('PRIVATE KEY') ? ' It holds a key: are --tls-cert and --tls-key exchanged?' : '';
    throw tlsUnusable(`${file} holds no certificate in PEM form.${hint}`, cause);
  }
}

/** Without the parser's own words: they could quote the key. */
function parseKey(pem: string, file: string): KeyObject {
  if (pem.includes('ENCRYPTED')) {
    throw tlsUnusable(
      `The key in ${file} is encrypted, and nobody is there to type its passphrase when the relay starts. Keep it unencrypted and readable by the relay's user alone: openssl pkey -in ${file} -out FILE`,
    );
  }
  try {
    return createPrivateKey(pem);
  } catch {
    const hint = pem.includes('BEGIN CERTIFICATE')
      ? ' It holds a certificate: are --tls-cert and --tls-key exchanged?'
      : '';
    throw tlsUnusable(`${file} holds no private key in PEM form.${hint}`);
  }
}

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
