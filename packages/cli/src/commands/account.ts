import type { AccountSummary, AccountToken } from '@holdfast/relay';
import { Command } from 'commander';
import { type OperatorFlags, operateRelay } from '../operate-relay.ts';
import { jsonOption, relayDataOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { formatTable } from '../table.ts';

const ACCOUNT = 'its id, or its name (default: the account of the owner)';

export function accountCommand(): Command {
  const account = new Command('account')
    .summary("a relay's accounts")
    .description(
      "Looks after a relay's accounts, on its machine, whether it runs or not. An account has hosts and devices of its own, which no other account sees.",
    );
  const subcommand = (name: string) => account.command(name).addOption(relayDataOption()).addOption(jsonOption());

  subcommand('token')
    .summary('make a new account token')
    .description('Makes a new token of an account and shows it, once: the relay keeps only its hash.')
    .argument('[account]', ACCOUNT)
    .action(async (name: string | undefined, flags: OperatorFlags) =>
      showToken(await operateRelay(flags, 'account/token', { account: name }), flags),
    );
  subcommand('list')
    .summary('list the accounts, and how many tokens, hosts and devices each has')
    .action(async (flags: OperatorFlags) => {
      const found = await operateRelay<{ accounts: AccountSummary[] }>(flags, 'account/list');
      const rows = found.accounts.map((each) => [
        each.accountId,
        each.name ?? (each.isOwner ? 'the owner' : ''),
        each.createdAt,
        String(each.tokens),
        each.newestTokenAt ?? 'never',
        String(each.environments),
        String(each.clients),
      ]);
      const head = ['account', 'name', 'made', 'tokens', 'newest made', 'hosts', 'devices'];
      createOutput(flags.json).report(found, formatTable(head, rows));
    });
  subcommand('create')
    .summary('make another account, for somebody else')
    .description(
      'Makes another account and shows its first token, once. Its hosts and devices are seen by nobody of another account; the relay itself, and whoever runs it, still see everything.',
    )
    .argument('[name]', 'what to call it')
    .action(async (name: string | undefined, flags: OperatorFlags) =>
      showToken(await operateRelay(flags, 'account/create', { name }), flags),
    );
  subcommand('rotate')
    .summary('refuse every token of an account made so far, and make a new one')
    .description(
      'Refuses every account token and every codex credential made so far, and shows a new token, once. Hosts that are connected stay so until they refresh; then each needs `holdfast login`, or a new `holdfast codex-home`. Devices stay paired.',
    )
    .argument('[account]', ACCOUNT)
    .action(async (name: string | undefined, flags: OperatorFlags) =>
      showToken(await operateRelay(flags, 'account/rotate', { account: name }), flags),
    );
  subcommand('remove')
    .summary('remove an account with all its hosts and devices')
    .description('Removes an account: its hosts are removed, its devices revoked and its tokens refused, at once.')
    .argument('<account>', 'its id, or its name')
    .action(async (name: string, flags: OperatorFlags) => {
      const done = await operateRelay<Removed>(flags, 'account/remove', { account: name });
      const { environments, clients } = done.removed;
      const text = `Removed ${done.account.name ?? done.account.accountId}, ${environments} of its hosts and ${clients} of its devices.`;
      createOutput(flags.json).report(done, text);
    });
  return account;
}

interface Removed {
  readonly account: AccountSummary;
  readonly removed: { readonly environments: number; readonly clients: number };
}

function showToken({ accountId, accountToken }: AccountToken, flags: OperatorFlags): void {
  createOutput(flags.json).report(
    { accountId, accountToken },
    `account id     ${accountId}\naccount token  ${accountToken}`,
  );
}
