import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { EgressError } from './errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Whom to trust: Node's own authorities, which are Mozilla's and those of NODE_EXTRA_CA_CERTS, and those of `caFile` beside them.
 * Undefined: Node's own alone. @throws EgressError when the file cannot be read, or is none of certificates
 */
export function trusted(caFile: string | undefined): SecureContext | undefined {
  if (caFile === undefined) return undefined;
  return createSecureContext({ ca: [...getCACertificates('default'), ...readAuthorities(caFile)] });
}

/** The certificates of a PEM file, each as PEM. @throws EgressError */
export function readAuthorities(path: string): string[] {
  const certificates = readText(path).match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new EgressError(
      'ERR_EGRESS_CA_FILE',
      `${path} holds no certificate; it has to be PEM, with -----BEGIN CERTIFICATE----- in it.`,
    );
  }
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw new EgressError('ERR_EGRESS_CA_FILE', `${path} holds a certificate that cannot be read; is it cut off?`);
    }
  }
  return certificates;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EgressError('ERR_EGRESS_CA_FILE', `The file of certificates cannot be read: ${why}.`);
  }
}
