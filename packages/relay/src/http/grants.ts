import { CONTROLLER_SCOPE, type ControllerGrant } from '@holdfast/wire';
import { rfc3339 } from '../clock.ts';
import type { Services } from '../services.ts';

/** A new controller token for that client. */
export function controllerGrant(
  { clientTokens, accounts }: Services,
  { clientId, accountId }: { readonly clientId: string; readonly accountId: string },
): ControllerGrant {
  const { token, expiresAt } = clientTokens.mint(clientId);
  return {
    client_id: clientId,
    account_user_id: accounts.userOf(accountId),
    remote_control_token: token,
    expires_at: rfc3339(expiresAt),
    scopes: [CONTROLLER_SCOPE],
  };
}
