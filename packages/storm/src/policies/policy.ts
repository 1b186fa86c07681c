import type { HostProcess } from '../fleet/process.ts';

/** What runs in a host's process. */
export interface Program {
  /** Somebody wants a pairing code. @returns whether there is one */
  pair(): Promise<boolean>;
  /** The machine slept, and the program notices. */
  woke(): void;
}

/** How hosts behave towards their authority. */
export interface Policy {
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** Where its rule is from: package, version and file, or a document. */
  readonly source: string;
  readonly start: (process: HostProcess) => Program;
  /** The authority's own admission does without this. */
  readonly authority?: { readonly spreads: boolean };
}
