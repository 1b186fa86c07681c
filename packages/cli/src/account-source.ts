import { type CredentialSource, environmentCredentials, fileCredentials } from '@holdfast/host';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { places, stateHome } from './places.ts';

/** The account of a relay: from the environment, else from `holdfast login`. @throws CliError when there is none */
export function accountSource(relay: string): CredentialSource {
  try {
    const source = environmentCredentials(process.env) ?? fileCredentials(places.account(stateHome(), relay));
    if (source.read() !== null) return source;
  } catch (error) {
    throw new CliError(exitCodes.refused, error instanceof Error ? error.message : String(error), { cause: error });
  }
  throw new CliError(
    exitCodes.refused,
    `There is no account for ${relay}. Log in with \`holdfast login --relay ${relay}\`, or set HOLDFAST_ACCOUNT_TOKEN and HOLDFAST_ACCOUNT_ID.`,
  );
}
