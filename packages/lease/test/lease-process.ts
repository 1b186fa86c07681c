// A process with a lease on a SQLite file: told what to do line by line on stdin, tells what came of it on stdout.
import { createInterface } from 'node:readline';
import { type Clock, httpRefresh, Lease, LeaseError, type LeaseStore, systemClock } from '../src/index.ts';
import { SqliteStore } from '../src/sqlite.ts';

const [database = '', url = '', key = '', timeoutMs = '30000', speed = '1'] = process.argv.slice(2);
const file = new SqliteStore({ authority: url, database, pollMs: 20 });

/** Time flies: every clock of this process, and the store's, runs so many times as fast. */
const pace = Number(speed);
const store: LeaseStore = {
  authority: url,
  read: () => ({ ...file.read(), now: file.read().now * pace }),
  swap: (expected, text) => file.swap(expected, text),
  watch: (onChange) => file.watch(onChange),
};
const clock: Clock = {
  wall: () => Date.now() * pace,
  monotonic: () => performance.now() * pace,
  setTimer: (ms, fire) => systemClock.setTimer(ms / pace, fire),
};

const lease = new Lease({
  store,
  clock,
  timeoutMs: Number(timeoutMs),
  shareToken: key === '' ? undefined : { key: Buffer.from(key, 'hex') },
  refresh: httpRefresh({
    clock,
    request: ({ signal }) => fetch(url, { method: 'POST', redirect: 'manual', signal }),
    parse: (body, { serverNow }) => ({ token: String(Object(body).token), expiresAt: serverNow + 3_600_000 }),
  }),
});

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function attempt(get: () => Promise<{ token: string; generation: number }>): Promise<void> {
  try {
    const { token, generation } = await get();
    tell({ token, generation });
  } catch (error) {
    tell({ code: error instanceof LeaseError ? error.code : String(error) });
  }
}

createInterface(process.stdin).on('line', (command) => {
  if (command === 'acquire') void attempt(() => lease.acquire());
  if (command === 'wait') void attempt(() => lease.waitUntilReady());
  if (command === 'close') {
    lease.close();
    file.close();
    process.exit(0);
  }
});
tell({ ready: true });
