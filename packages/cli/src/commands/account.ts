import { Command } from 'commander';
import { jsonOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { places, stateHome } from '../places.ts';
import { formatTable } from '../table.ts';

interface AccountFlags {
  data?: string;
  json: boolean;
}

/** Loaded by those who use it, not for those who only ask for --help. */
const relay = () => import('@holdfast/relay');
const folder = ({ data }: AccountFlags) => data ?? places.relay(stateHome());

export function accountCommand(): Command {
  const account = new Command('account')
    .summary("a relay's accounts")
    .description("Works on a relay's data folder, beside the running relay.");
  const subcommand = (name: string) =>
    account.command(name).option('--data <dir>', "the relay's data folder").addOption(jsonOption());

  subcommand('token')
    .summary('make a new account token of the owner')
    .description("Makes a new token of the relay's owner account and shows it, once: the relay keeps only its hash.")
    .action(async (flags: AccountFlags) => showToken((await relay()).mintAccountToken(folder(flags)), flags));
  subcommand('list')
    .summary('list the accounts, and how many tokens each has')
    .action(async (flags: AccountFlags) => {
      const accounts = (await relay()).readAccounts(folder(flags));
      const rows = accounts.map(({ accountId, createdAt, tokens, newestTokenAt }) => [
        accountId,
        createdAt,
        String(tokens),
        newestTokenAt ?? 'never',
      ]);
      const text = formatTable(['account', 'made', 'tokens', 'newest made'], rows);
      createOutput(flags.json).report({ accounts }, text);
    });
  subcommand('rotate')
    .summary('refuse every account token made so far, and make a new one')
    .description(
      'Refuses every account token and every codex credential made so far, and shows a new token, once. Hosts that are connected stay so until they refresh; then each needs `holdfast login`, or a new `holdfast codex-home`. Devices stay paired.',
    )
    .action(async (flags: AccountFlags) => showToken((await relay()).rotateAccount(folder(flags)), flags));
  return account;
}

function showToken({ accountId, accountToken }: { accountId: string; accountToken: string }, flags: AccountFlags) {
  createOutput(flags.json).report(
    { accountId, accountToken },
    `account id     ${accountId}\naccount token  ${accountToken}`,
  );
}
