import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { openDataFolder } from '@holdfast/data-folder';
import { ManualClock } from '@holdfast/testkit';
import { DEFAULT_BASE_PATH, headers, paths } from '@holdfast/wire';
import { pino } from 'pino';
import { type Bounds, defaultBounds } from '../../src/bounds.ts';
import type { DrillPermission } from '../../src/drills/drills.ts';
import { createApp } from '../../src/http/app.ts';
import { createServices, type Services, type ServicesOptions } from '../../src/services.ts';
import { migrations } from '../../src/stores/schema.ts';
import { type Code, newKey, proofOf } from './controller.ts';
import type { Json } from './host.ts';
import { temporaryFolder } from './relay.ts';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** A relay's parts on a database, as a relay on loopback has them where nothing else is said. */
export function servicesOn(
  db: DatabaseSync,
  options: Pick<ServicesOptions, 'clock'> & Partial<ServicesOptions>,
): Services {
  return createServices({
    db,
    random: randomBytes,
    bounds: defaultBounds,
    logger: pino({ level: 'silent' }),
    tokenLifeMs: 3600_000,
    listenHost: '127.0.0.1',
    publicUrl: null,
    trustProxy: 0,
    ...options,
  });
}

/** The relay's HTTP without a port, on a clock that the test moves. */
export function appFor(
  t: Pick<TestContext, 'after'>,
  {
    tokenLifeMs = 3600_000,
    bounds = {},
    drills = 'off',
  }: { tokenLifeMs?: number; bounds?: Partial<Bounds>; drills?: DrillPermission } = {},
) {
  const dir = temporaryFolder(t);
  const folder = openDataFolder(dir, { program: 'relay', migrations, as: 'owner' });
  t.after(() => folder.close());
  const clock = new ManualClock();
  const services = servicesOn(folder.db, { clock, bounds: { ...defaultBounds, ...bounds }, tokenLifeMs, drills });
  const app = createApp(services);
  const { accountId, accountToken } = services.accounts.mintToken();
  const account = { authorization: `Bearer ${accountToken}`, [headers.accountId]: accountId };

  const ask = async (
    method: string,
    path: string,
    { body, as = {}, from = '10.0.0.1' }: { body?: unknown; as?: Record<string, string>; from?: string } = {},
  ): Promise<Answered> => {
    const response = await app.request(
      `${DEFAULT_BASE_PATH}/${path}`,
      { method, headers: as, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
      { incoming: { headers: {}, socket: { remoteAddress: from } } },
    );
    const answer: unknown = response.status === 204 ? {} : await response.json();
    return { status: response.status, headers: response.headers, body: answer as Json };
  };

  const enroll = async (installation_id = 'installation-1', name = 'box'): Promise<Json> => {
    const body = { name, os: 'linux', arch: 'x64', app_server_version: '1', installation_id };
    return (await ask('POST', paths.serverEnroll, { body, as: account })).body;
  };
  const asServer = (grant: Json) => ({ authorization: `Bearer ${String(grant['remote_control_token'])}` });
  const code = async (grant: Json): Promise<Json> =>
    (await ask('POST', paths.serverPair, { body: { manual_code: true }, as: asServer(grant) })).body;
  const claim = async (given: Code, { key = newKey(), from = '10.0.0.1' } = {}): Promise<Answered> => {
    const device = await key;
    const start = (await ask('POST', paths.claimStart, { body: {}, from })).body;
    const challenge = start['device_key_challenge'] as Parameters<typeof proofOf>[1];
    return ask('POST', paths.claimFinish, {
      from,
      body: {
        client_id: start['client_id'],
        ...given,
        device: { display_name: 'phone', platform: 'test' },
        device_identity: device.identity,
        device_key_proof: await proofOf(device, challenge),
      },
    });
  };
  return { dir, db: folder.db, clock, services, app, account, ask, enroll, asServer, code, claim };
}
