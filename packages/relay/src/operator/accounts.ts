import { type Method, RpcRefusal, readParams, rpcCodes } from '@holdfast/local-socket';
import { type AccountSummary, listAccounts } from '../inventory.ts';
import type { Services } from '../services.ts';
import { AccountCreateParams, AccountParams, AccountRemoveParams } from './params.ts';
import { pick } from './pick.ts';

/** A relay's accounts, for its operator. */
export function accountMethods({ accounts, administration, db }: Services): Record<string, Method> {
  const list = (): AccountSummary[] => listAccounts(db, accounts.owner.accountId);
  const find = (asked: string): AccountSummary =>
    pick(list(), asked, {
      what: 'account',
      listedBy: 'holdfast account list',
      idOf: ({ accountId }) => accountId,
      nameOf: ({ name }) => name,
    });
  const idOf = (params: unknown): string => {
    const { account } = readParams(AccountParams, params);
    return account === undefined ? accounts.owner.accountId : find(account).accountId;
  };
  return {
    'account/list': () => ({ accounts: list() }),
    'account/create': (params) => {
      const { name = null } = readParams(AccountCreateParams, params);
      if (name !== null && list().some((account) => account.name === name)) {
        throw new RpcRefusal(
          rpcCodes.refused,
          `An account is called ${JSON.stringify(name)} already; choose another name.`,
        );
      }
      return administration.createAccount(name);
    },
    'account/token': (params) => administration.makeAccountToken(idOf(params)),
    'account/rotate': (params) => administration.rotateAccount(idOf(params)),
    'account/remove': (params) => {
      const account = find(readParams(AccountRemoveParams, params).account);
      if (account.isOwner) {
        throw new RpcRefusal(
          rpcCodes.refused,
          "This is the account of the relay's owner, which it cannot be without. `holdfast account rotate` refuses all its tokens; a new data folder begins anew.",
        );
      }
      return { account, removed: administration.removeAccount(account.accountId) };
    },
  };
}
