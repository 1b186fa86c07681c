import type { TestContext } from 'node:test';
import { type AccountToken, operate } from '@holdfast/relay';
import { headers, paths } from '@holdfast/wire';
import { SignJWT } from 'jose';
import { TestController } from '../../packages/relay/test/harness/controller.ts';
import { post, TestHost } from '../../packages/relay/test/harness/host.ts';
import { relayFor, temporaryFolder } from '../../packages/relay/test/harness/relay.ts';

export const credentialNames = [
  'nothing',
  'garbage',
  'account',
  'account, unnamed',
  'account, named as another',
  'codex',
  'forged codex',
  'other account',
  'host',
  'other host',
  "other account's host",
  'device',
  'other device',
  "other account's device",
  'revoked device',
  'ticket',
] as const;
export type CredentialName = (typeof credentialNames)[number];

/** A relay with two accounts. "Own" is the first: its host and the device that is paired with it are what every call of a test is about. */
export interface World {
  readonly relay: Awaited<ReturnType<typeof relayFor>>;
  readonly host: TestHost;
  readonly device: TestController;
  readonly foreignHost: TestHost;
  readonly foreignDevice: TestController;
  readonly dataDir: string;
  readonly headersOf: (name: CredentialName) => Record<string, string>;
}

export async function twoAccounts(t: TestContext): Promise<World> {
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir });
  const { base } = relay;
  const own = { base, accountId: relay.accountId, mintAccountToken: () => relay.mintAccountToken() };
  const foreignAccount = (await operate(dataDir, 'account/create', { name: 'another' })) as AccountToken; // as its method gives it
  const foreign = { base, accountId: foreignAccount.accountId, mintAccountToken: () => foreignAccount.accountToken };
  const [host, otherHost, foreignHost] = await Promise.all([own, own, foreign].map((each) => TestHost.enroll(each)));
  if (host === undefined || otherHost === undefined || foreignHost === undefined) throw new Error('three hosts enroll');
  const claimed = async (by: TestHost) => TestController.claim(base, await by.pair(base));
  const [device, otherDevice, foreignDevice] = [
    await claimed(host),
    await claimed(otherHost),
    await claimed(foreignHost),
  ];
  const revoked = await claimed(host);
  const environment = paths.environmentClient(host.environmentId, revoked.clientId);
  await fetch(`${base}/${environment}`, { method: 'DELETE', headers: host.accountHeaders });
  const account = host.accountHeaders;
  const codex = await post(base, 'holdfast/account/codex-credentials', {}, account);
  const named = (bearer: string) => ({ authorization: `Bearer ${bearer}`, [headers.accountId]: relay.accountId });
  const all: Record<CredentialName, Record<string, string>> = {
    nothing: {},
    garbage: named('garbage'),
    account,
    'account, unnamed': { authorization: account['authorization'] ?? '' },
    'account, named as another': { ...account, [headers.accountId]: foreign.accountId },
    codex: named(String(codex.body['access_token'])),
    'forged codex': named(await forgedJwt(String(codex.body['access_token']))),
    'other account': foreignHost.accountHeaders,
    host: named(host.token),
    'other host': named(otherHost.token),
    "other account's host": named(foreignHost.token),
    device: named(device.token),
    'other device': named(otherDevice.token),
    "other account's device": named(foreignDevice.token),
    'revoked device': named(revoked.token),
    ticket: named(await device.ticket(base)),
  };
  return { relay, dataDir, host, device, foreignHost, foreignDevice, headersOf: (name) => all[name] };
}

/** The claims of a real one, signed by somebody else. */
async function forgedJwt(real: string): Promise<string> {
  const claims = JSON.parse(Buffer.from(real.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>; // a JWT's payload is an object
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(new Uint8Array(32));
}
