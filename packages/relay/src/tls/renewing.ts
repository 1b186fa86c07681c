import { statSync } from 'node:fs';
import type { Logger } from 'pino';
import { type Clock, every, type Timer } from '../clock.ts';
import { type CertificatePair, readCertificatePair, type TlsFiles } from './certificate.ts';

/** How often it is looked whether the files have changed. */
const LOOK_MS = 10_000;
/** So long before its end a certificate that nobody renewed is worth a word. */
const SOON_MS = 7 * 24 * 3600_000;

export interface RenewingOptions {
  readonly files: TlsFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The certificate that is served: read at the start, and again whenever its files have changed. Whoever renews writes two files, one
 * after the other, so a pair that does not fit, or cannot be read, leaves the former one in place and is looked at again.
 */
export class RenewingCertificate {
  readonly #options: RenewingOptions;
  readonly #timer: Timer;
  #pair: CertificatePair;
  #seen: string;
  /** Why the files as they are now cannot be used. */
  #refused: string | null = null;
  #told: string | null = null;
  #onRenewed: (pair: CertificatePair) => void = () => {};

  /** @throws RelayError `ERR_RELAY_TLS` */
  constructor(options: RenewingOptions) {
    this.#options = options;
    this.#seen = this.#look();
    this.#pair = readCertificatePair(options.files);
    this.#tellTrouble();
    this.#timer = every(options.clock, LOOK_MS, () => this.#tick());
  }

  get pair(): CertificatePair {
    return this.#pair;
  }

  /** What is wrong with the certificate, in a sentence without paths; null when nothing is. */
  get trouble(): string | null {
    const now = this.#options.clock.wall();
    const { validFrom, validTo } = this.#pair;
    const end = new Date(validTo).toISOString();
    if (validTo <= now) return `The TLS certificate expired at ${end}: hosts and controllers refuse it.`;
    if (this.#refused !== null)
      return `The renewed TLS certificate cannot be used; the former one is served, and is good until ${end}.`;
    if (validFrom > now) return `The TLS certificate is good only from ${new Date(validFrom).toISOString()}.`;
    return validTo - now < SOON_MS ? `The TLS certificate expires at ${end}, and was not renewed yet.` : null;
  }

  onRenewed(take: (pair: CertificatePair) => void): void {
    this.#onRenewed = take;
  }

  close(): void {
    this.#timer.cancel();
  }

  #tick(): void {
    const seen = this.#look();
    // one that was refused is looked at again: its other half may have come within the same moment
    if (seen !== this.#seen || this.#refused !== null) this.#reload(seen);
    this.#tellTrouble();
  }

  #reload(seen: string): void {
    const { files, logger } = this.#options;
    this.#seen = seen;
    try {
      const pair = readCertificatePair(files);
      this.#onRenewed(pair);
      this.#pair = pair;
      this.#refused = null;
      logger.info({ validTo: new Date(pair.validTo).toISOString() }, 'the TLS certificate was renewed');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== this.#refused)
        logger.error({ why }, 'the renewed TLS certificate cannot be used; the former one is served');
      this.#refused = why;
    }
  }

  #tellTrouble(): void {
    const { trouble } = this;
    if (trouble !== this.#told && trouble !== null && this.#refused === null) this.#options.logger.warn(trouble);
    this.#told = trouble;
  }

  /** What changes when a file does; reading both every few seconds would do as well, and cost more. */
  #look(): string {
    const { cert, key } = this.#options.files;
    return [cert, key]
      .map((file) => {
        const stat = statSync(file, { throwIfNoEntry: false });
        return stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
      })
      .join();
  }
}
