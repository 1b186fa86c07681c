import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { ManualClock, Seeded } from '@holdfast/testkit';
import { type DrillRequest, limits } from '@holdfast/wire';
import { pino } from 'pino';
import type { NewAuditEntry } from '../../src/audit.ts';
import { Drills } from '../../src/drills/drills.ts';

const here = { address: null, clientId: null };

function drillsFor(links: { cut(): void }[] = []) {
  const clock = new ManualClock();
  const seeded = new Seeded(1);
  const said: string[] = [];
  const audit: NewAuditEntry[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) });
  const drills = new Drills({
    clock,
    random: (size) => Uint8Array.from({ length: size }, () => seeded.between(0, 255)),
    logger,
    permission: 'operator',
    record: (entry) => audit.push(entry),
    links: () => links,
  });
  const start = (request: DrillRequest) => {
    const drill = drills.start(request, here);
    assert.ok(drill !== null);
    return drill;
  };
  return { clock, drills, start, said, audit };
}

describe('a drill', () => {
  test('meets the calls that it names, until its time is over', async () => {
    const { clock, drills, start } = drillsFor();
    const drill = start({ fault: '502', endpoints: ['refresh'], retry_after_seconds: 9, duration_seconds: 30 });
    assert.deepEqual(drills.list(), [{ ...drill, met: 0 }]);
    assert.equal(Date.parse(drill.ends_at) - Date.parse(drill.started_at), 30_000);
    assert.equal(drills.meet('refresh')?.drill, drill);
    assert.equal(drills.meet('enroll'), null);
    assert.equal(drills.list()[0]?.met, 1);
    await clock.advance(29_999);
    assert.equal(drills.meet('refresh')?.drill, drill);
    await clock.advance(1);
    assert.equal(drills.meet('refresh'), null);
    assert.deepEqual(drills.list(), []);
    assert.equal(clock.timers, 0);
  });

  test('meets the share of the calls that it states', () => {
    const { drills, start } = drillsFor();
    start({ fault: '503', share: 0.25, duration_seconds: 30 });
    const met = Array.from({ length: 4_000 }, () => drills.meet('handshake')).filter((one) => one !== null).length;
    assert.ok(met > 900 && met < 1_100, `${met}`);
  });

  test('is shouted at its start, every minute and at its end, and entered into the audit log', async () => {
    const { clock, start, said, audit } = drillsFor();
    start({ fault: 'hang', duration_seconds: 150 });
    await clock.advance(150_000);
    assert.deepEqual(
      said.map(
        (line) =>
          /^A DRILL (begins|goes on|is over: its time is over): hang on enroll, refresh, pair, handshake, until 20/.exec(
            line,
          )?.[1],
      ),
      ['begins', 'goes on', 'goes on', 'is over: its time is over'],
    );
    assert.deepEqual(
      audit.map(({ event }) => event),
      ['drill_started', 'drill_ended'],
    );
  });

  test('ends by being stopped, and by the relay being closed', () => {
    const { clock, drills, start } = drillsFor();
    const { id } = start({ fault: '500', duration_seconds: 30 });
    assert.equal(drills.stop('another'), false);
    assert.equal(drills.stop(id), true);
    assert.equal(drills.stop(id), false);
    start({ fault: '500', duration_seconds: 30 });
    drills.close();
    assert.deepEqual(drills.list(), []);
    assert.equal(clock.timers, 0);
  });

  test('keeps connections waiting no longer than it goes on, and no more than stated', async () => {
    const { clock, drills, start } = drillsFor();
    start({ fault: 'hang', duration_seconds: 30 });
    const sockets = Array.from({ length: 1_001 }, () => new PassThrough());
    for (const socket of sockets) drills.meet('refresh')?.hold(socket);
    assert.deepEqual(
      sockets.filter(({ destroyed }) => destroyed),
      sockets.slice(1_000),
    );
    await clock.advance(30_000);
    assert.ok(sockets.every(({ destroyed }) => destroyed));
  });

  test('that cuts links does so at once and again every ten seconds', async () => {
    let cuts = 0;
    const { clock, start } = drillsFor([{ cut: () => (cuts += 1) }]);
    start({ fault: 'cut-links', duration_seconds: 25 });
    assert.equal(cuts, 1);
    await clock.advance(60_000);
    assert.equal(cuts, 3);
  });

  test('is one of so many at once, and no more', () => {
    const { drills } = drillsFor();
    const start = () => drills.start({ fault: '429', duration_seconds: 30 }, here);
    for (let n = 0; n < limits.drills; n += 1) assert.ok(start() !== null);
    assert.equal(start(), null);
  });
});
