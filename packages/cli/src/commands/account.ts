import { Command } from 'commander';
import { jsonOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { places, stateHome } from '../places.ts';

export function accountCommand(): Command {
  const account = new Command('account')
    .summary("a relay's accounts")
    .description("Works on a relay's data folder, beside the running relay.");
  account
    .command('token')
    .summary('make a new account token of the owner')
    .description("Makes a new token of the relay's owner account and shows it, once: the relay keeps only its hash.")
    .option('--data <dir>', "the relay's data folder")
    .addOption(jsonOption())
    .action(async (flags: { data?: string; json: boolean }) => {
      const { mintAccountToken } = await import('@holdfast/relay'); // not for those who only ask for --help
      const { accountId, accountToken } = mintAccountToken(flags.data ?? places.relay(stateHome()));
      createOutput(flags.json).report(
        { accountId, accountToken },
        `account id     ${accountId}\naccount token  ${accountToken}`,
      );
    });
  return account;
}
