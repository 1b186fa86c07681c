import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { ManualClock } from '@holdfast/testkit';
import { type EnvironmentItem, paths } from '@holdfast/wire';
import { mintAccountToken, type Relay } from '../src/index.ts';
import { PROBE_ANSWER_MS, PROBE_EVERY_MS } from '../src/presence/probe.ts';
import { Rounds } from '../src/rounds.ts';
import { exchange, TestController } from './harness/controller.ts';
import { TestHost } from './harness/host.ts';
import type { Frame, Peer } from './harness/peer.ts';
import { relayFor, temporaryFolder } from './harness/relay.ts';
import { RelayProcess } from './harness/relay-process.ts';

const isAsk = ({ type }: Frame) => type === 'ping';
const isAck = ({ type }: Frame) => type === 'ack';
/** A host that comes is asked once at once, and from then on at the end of each round. */
const lastPart = (size: number) => (size === 1 ? Buffer.of(39) : randomBytes(size));

/** Answers probes as a host does on a stream that it does not know, until it is told to stop. Gives how many it has answered. */
function answerProbes(link: Peer) {
  const state = { answers: true, answered: 0 };
  link.eachProbe((frame) => {
    if (frame.type !== 'ping' || !state.answers) return;
    state.answered += 1;
    const { client_id, stream_id } = frame;
    link.send({ status: 'unknown', type: 'pong', client_id, stream_id, seq_id: state.answered });
  });
  return state;
}

async function sighting({ base }: Pick<Relay, 'base'>, host: TestHost): Promise<EnvironmentItem> {
  const answer = await fetch(`${base}/${paths.environment(host.environmentId)}`, { headers: host.accountHeaders });
  assert.equal(answer.status, 200);
  return (await answer.json()) as EnvironmentItem;
}

/** Looks again until it fits: what the relay learns of a socket's end, and writes down, it does a moment later. */
async function lookUntil(look: () => Promise<EnvironmentItem>, fits: (item: EnvironmentItem) => boolean) {
  const end = performance.now() + 20_000;
  for (;;) {
    const item = await look();
    if (fits(item)) return item;
    assert.ok(performance.now() < end, `in vain: ${JSON.stringify(item)}`);
  }
}

async function meet(t: TestContext) {
  const clock = new ManualClock();
  const dataDir = temporaryFolder(t);
  const relay = await relayFor(t, { dataDir, clock, random: lastPart });
  const mintToken = () => mintAccountToken(dataDir).accountToken; // one that outlives this relay
  const host = await TestHost.enroll({ ...relay, mintAccountToken: mintToken });
  return { clock, dataDir, relay, host, look: () => sighting(relay, host) };
}

test('a host that never connected is offline since it enrolled, and says so', async (t) => {
  const { clock, host, look } = await meet(t);
  const { online, busy, holdfast } = await look();
  assert.deepEqual([online, busy], [false, false]);
  assert.equal(holdfast?.answered_at, null);
  assert.equal(Date.parse(holdfast?.offline_since ?? ''), clock.wall());
  assert.match(holdfast?.offline_reason ?? '', /has not connected since it enrolled/);
  assert.ok(host.environmentId);
});

test('a host is online once it has answered a probe, and no sooner; each answer is acked like any other frame', async (t) => {
  const { clock, relay, host, look } = await meet(t);
  const link = await host.link(relay.base);
  await link.probe('the first probe', isAsk);
  await link.settled();
  const before = await look();
  assert.equal(before.online, false);
  assert.match(before.holdfast?.offline_reason ?? '', /has just connected/);
  const probes = answerProbes(link);
  const ack = await link.probe('the ack of the answer', isAck);
  assert.deepEqual(
    [ack['client_id'], ack['stream_id'], ack['seq_id']],
    ['holdfast-relay', 'presence', probes.answered],
  );
  const answeredAt = clock.wall();
  clock.block(PROBE_ANSWER_MS - 1);
  const after = await look();
  assert.deepEqual(
    [after.online, after.holdfast],
    [true, { answered_at: new Date(answeredAt).toISOString(), offline_since: null, offline_reason: null }],
  );
});

test('a host whose socket answers and whose program does not is offline since it last spoke, until it answers again', async (t) => {
  const { clock, relay, host, look } = await meet(t);
  const link = await host.link(relay.base);
  const probes = answerProbes(link);
  await link.probe('the ack of the answer', isAck);
  probes.answers = false;
  const spokeAt = clock.wall();
  await clock.advance(PROBE_EVERY_MS);
  await link.until('the second probe', () => link.probing.filter(isAsk).length === 2);
  assert.equal((await look()).online, true, 'it still has time to answer');
  for (let waited = 0; waited < PROBE_ANSWER_MS; waited += 2_000) {
    await clock.advance(2_000);
    await link.settled(); // its socket answers pings
  }
  const { online, holdfast, last_seen_at } = await look();
  assert.equal(online, false);
  assert.equal(Date.parse(holdfast?.offline_since ?? ''), spokeAt);
  assert.match(holdfast?.offline_reason ?? '', /does not answer/);
  assert.ok(Date.parse(last_seen_at ?? '') > spokeAt, 'its socket is a sign of it all the same');
  probes.answers = true;
  await clock.advance(PROBE_EVERY_MS);
  await link.until('its answer', () => link.probing.filter(isAck).length === 2);
  assert.equal((await look()).online, true);
});

test('a host that is busy talking is there, although its answer is behind what it says', async (t) => {
  const { clock, relay, host, look } = await meet(t);
  const link = await host.link(relay.base);
  const probes = answerProbes(link);
  await link.probe('the ack of the answer', isAck);
  probes.answers = false;
  await clock.advance(PROBE_EVERY_MS + PROBE_ANSWER_MS);
  assert.equal((await look()).online, false);
  link.send({ type: 'server_message', client_id: 'cli_1', stream_id: 's1', seq_id: 1, message: { method: 'x' } });
  await link.frame('its ack', ({ type, stream_id }) => type === 'ack' && stream_id === 's1');
  assert.equal((await look()).online, true);
});

test('why a host is gone is told: a cut link, an end of its own, a rule it broke, a newer link that is none', async (t) => {
  const { clock, relay, host, look } = await meet(t);
  const goneBy = async (end: (link: Peer) => void) => {
    const link = await host.link(relay.base);
    answerProbes(link);
    await link.probe('the ack of the answer', isAck);
    await link.settled();
    clock.block(1_000);
    end(link);
    await link.untilClosed();
    const { holdfast } = await lookUntil(look, ({ online }) => !online);
    assert.equal(Date.parse(holdfast?.offline_since ?? ''), clock.wall());
    return holdfast?.offline_reason ?? '';
  };
  assert.match(await goneBy((link) => link.cut()), /ended without a word \(1006\)/);
  assert.match(await goneBy((link) => link.socket.close(1000)), /The host closed its link \(1000\)/);
  assert.match(await goneBy((link) => link.socket.close(4999, 'tired\u001b[2J')), /\(4999: tired \[2J\)/);
  assert.match(await goneBy((link) => link.send('no JSON')), /The relay closed its link \(1007: /);
  const [old, young] = [await host.link(relay.base), await host.link(relay.base)];
  answerProbes(young);
  await young.probe('the ack of the answer', isAck);
  await old.untilClosed();
  await young.settled();
  assert.equal((await look()).online, true);
});

test('a host is busy while a stream is open on it', async (t) => {
  const { relay, host, look } = await meet(t);
  const controller = await TestController.claim(relay.base, await host.pair(relay.base));
  const [hostLink, link] = [await host.link(relay.base), await controller.link(relay.base)];
  await exchange(controller, hostLink, link);
  assert.equal((await look()).busy, true);
  link.send({ ...controller.message('s1', 2), type: 'client_closed', message: undefined });
  await hostLink.frame('its end', ({ type }) => type === 'client_closed');
  assert.equal((await look()).busy, false);
});

test('after a relay was stopped, and after it was killed, it says since when and why a host is away', async (t) => {
  const { dataDir, relay, host } = await meet(t);
  const link = await host.link(relay.base);
  answerProbes(link);
  await link.probe('the ack of the answer', isAck);
  await relay.close();
  const again = await relayFor(t, { dataDir });
  assert.match((await sighting(again, host)).holdfast?.offline_reason ?? '', /The relay was stopped/);
  await again.close();

  const killed = new RelayProcess(t, dataDir);
  await killed.start();
  const second = await host.link(killed.base);
  answerProbes(second);
  await second.probe('the ack of the answer', isAck);
  await lookUntil(
    () => sighting(killed, host),
    ({ online }) => online,
  );
  // that it came is written down with whatever is committed next
  second.send({ type: 'server_message', client_id: 'cli_nobody', stream_id: 's1', seq_id: 1, message: {} });
  await second.frame('the ack of a frame', ({ type, stream_id }) => type === 'ack' && stream_id === 's1');
  await killed.kill();
  const last = await relayFor(t, { dataDir });
  const { online, holdfast } = await sighting(last, host);
  assert.equal(online, false);
  assert.match(holdfast?.offline_reason ?? '', /The relay ended without a word/);
  assert.ok(Date.parse(holdfast?.offline_since ?? '') >= Date.parse(holdfast?.answered_at ?? ''));
});

test('ten thousand hosts that came in one moment are asked spread over the round, once each', async () => {
  const clock = new ManualClock();
  const rounds = new Rounds({ clock, roundMs: PROBE_EVERY_MS });
  const calls: number[] = [];
  const members = Array.from({ length: 10_000 }, () => ({ onTurn: () => void calls.push(clock.monotonic()) }));
  const parts = members.map((member) => rounds.add(member));
  const began = clock.monotonic();
  await clock.advance(PROBE_EVERY_MS);
  assert.equal(calls.length, 10_000);
  const perTick = Map.groupBy(calls, (at) => at - began);
  assert.ok(Math.max(...[...perTick.values()].map(({ length }) => length)) <= 250, 'a fortieth of them at a time');
  for (const [n, member] of members.entries()) rounds.leave(member, parts[n] ?? 0);
  assert.equal(clock.timers, 0, 'nothing ticks for nobody');
});

test('what is written down has whole milliseconds, on a clock that has parts of them', async (t) => {
  const manual = new ManualClock();
  const clock = {
    wall: manual.wall,
    monotonic: () => manual.monotonic() + 0.25 * (1 + (manual.monotonic() % 3)),
    setTimer: manual.setTimer,
  };
  const relay = await relayFor(t, { clock });
  const host = await TestHost.enroll(relay);
  const link = await host.link(relay.base);
  answerProbes(link);
  await link.probe('the ack of the answer', isAck);
  await manual.advance(60_000 + 1); // with a sweep, which writes down who is there
  await link.settled();
  const young = await host.link(relay.base);
  await young.settled();
  manual.block(PROBE_ANSWER_MS + 7);
  young.cut(); // it never answered
  await young.untilClosed();
  const isCut = ({ holdfast }: EnvironmentItem) => /1006/.test(holdfast?.offline_reason ?? '');
  await lookUntil(() => sighting(relay, host), isCut);
  assert.equal((await fetch(new URL('/readyz', relay.base))).status, 200, 'nothing failed to be stored');
});
