import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { claimCode, connect, openManagement } from '@holdfast/controller';
import { tempDir } from '../e2e/support/host-process.ts';
import { AttachProcess, startRelayProcess } from '../e2e/support/programs.ts';
import { startStockHost } from './support/stock-host.ts';

/** A stock host's waits between two tries grow to half a minute, whether or not it was connected in between. */
const RECONNECT_MS = 60_000;

describe('a stock codex is a host of a Holdfast relay', () => {
  test('it connects, pairs, answers a controller, and goes on after the relay was killed', async (t) => {
    const { codex, data, ...stock } = await startStockHost(t);
    let { relay } = stock;
    const pairing = (await codex.rpc('remoteControl/pairing/start', { manualCode: true })) as {
      manualPairingCode: string;
      environmentId: string;
    };
    assert.match(pairing.manualPairingCode, /^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);

    const attach = new AttachProcess(t, [
      '--relay',
      relay.url,
      '--code',
      pairing.manualPairingCode,
      '--data',
      tempDir(t),
    ]);
    const { userAgent } = await attach.request('initialize', { clientInfo: { name: 'holdfast-test', version: '1' } });
    assert.match(String(userAgent), /0\.169\.0/);
    attach.send({ method: 'initialized' });
    assert.deepEqual(((await attach.request('thread/list', {})) as { data: unknown }).data, []);
    const { claimed } = (await codex.rpc('remoteControl/pairing/status', {
      manualPairingCode: pairing.manualPairingCode,
    })) as { claimed: boolean };
    assert.equal(claimed, true);

    const { pairingCode } = (await codex.rpc('remoteControl/pairing/start')) as { pairingCode: string };
    const credentials = await claimCode({ base: relay.url, code: pairingCode, device: { display_name: 'asks' } });
    const asking = connect({ credentials });
    t.after(() => asking.close());
    await assert.rejects(
      openManagement(asking, pairing.environmentId),
      { code: 'ERR_CONTROLLER_NOT_HOLDFAST' },
      'a stock host hands the question to its agent, which passes over it',
    );
    asking.close();
    await codex.rpc('remoteControl/client/revoke', {
      environmentId: pairing.environmentId,
      clientId: credentials.clientId,
    });

    relay.program.kill('SIGKILL');
    await relay.program.exited;
    relay = await startRelayProcess(t, data, new URL(relay.url).host);
    const { data: threads } = await attach.request('thread/list', {}, RECONNECT_MS);
    assert.deepEqual(threads, [], 'the same session, without a new initialize');

    const clients = (await codex.rpc('remoteControl/client/list', { environmentId: pairing.environmentId })) as {
      data: { clientId: string }[];
    };
    const [client, ...others] = clients.data;
    assert.ok(client !== undefined && others.length === 0);
    await codex.rpc('remoteControl/client/revoke', { environmentId: pairing.environmentId, clientId: client.clientId });
    assert.equal(await attach.program.exited, 77, 'a revoked device is told so, and ends');
  });
});
