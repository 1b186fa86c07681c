import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lease, type LeaseEvents } from '../src/index.ts';
import { HOUR, MINUTE, SECOND, setup } from './harness.ts';
import { eventually, KEY, Siblings } from './siblings.ts';

const shared = (): Siblings => new Siblings({ shareToken: { key: KEY } });

test('five leases with a shared token cause one refresh, and adopt what it brought', async () => {
  const world = shared();
  const leases = world.leases(5);
  const grants = await Promise.all(leases.map((lease) => lease.acquire()));
  assert.equal(world.authority.requests, 1);
  assert.deepEqual(new Set(grants.map(({ token }) => token)), new Set(['secret-1']));
  assert.deepEqual(new Set(grants.map(({ generation }) => generation)), new Set([1]));
  const adopted = leases.map((lease) => lease.snapshot().counts.adopted);
  assert.deepEqual(adopted.sort(), [0, 1, 1, 1, 1]);
});

test('a token that a sibling got is at hand without anybody asking for it, and said', async () => {
  const world = shared();
  const [first, second] = world.leases(2);
  assert.ok(first && second);
  const told: LeaseEvents['refreshed'][] = [];
  second.on('refreshed', (event) => told.push(event));
  const grant = await first.acquire();
  const found = await eventually(() => second.peek());
  assert.equal(found.token, grant.token);
  const { expiresAt } = grant;
  assert.deepEqual(told, [{ by: 'sibling', generation: 1, expiresAt, answer: null }]);
});

test('a restart finds the token of the process before it', async () => {
  const world = shared();
  const first = world.lease();
  await first.acquire();
  first.close();
  await world.clock.advance(10 * MINUTE);
  const second = world.lease();
  assert.equal((await second.acquire()).token, 'secret-1');
  assert.equal(world.authority.requests, 1);
  // Its life goes on where it was, and is not begun anew.
  await world.clock.advance(50 * MINUTE - 1);
  assert.notEqual(second.peek(), null);
  await world.clock.advance(1);
  assert.equal(second.peek(), null);
});

test('in its window a shared token is renewed once for all', async () => {
  const world = shared();
  const leases = world.leases(4);
  await Promise.all(leases.map((lease) => lease.acquire()));
  await world.clock.advance(56 * MINUTE);
  for (const lease of leases) void lease.acquire();
  await Promise.all(leases.map((lease) => eventually(() => lease.peek()?.generation === 2)));
  assert.equal(world.authority.requests, 2);
});

test('the store holds no token in the clear, and never the same text twice', async () => {
  const texts = await Promise.all(
    [1, 2].map(async () => {
      const world = shared();
      await world.lease().acquire();
      return world.store.read().text ?? '';
    }),
  );
  for (const text of texts) assert.doesNotMatch(text, /secret/);
  const [one, two] = texts.map((text) => JSON.parse(text).token.ciphertext);
  assert.notEqual(one, two);
  assert.notEqual(one.slice(0, 16), two.slice(0, 16), 'the nonce was used twice');
});

test('another key is no token and said once; the lease then gets its own', async () => {
  const world = shared();
  await world.lease().acquire();
  const other = world.lease({ shareToken: { key: new Uint8Array(32).fill(8) } });
  const told: unknown[] = [];
  other.on('store-failed', (event) => told.push(event));
  assert.equal((await other.acquire()).token, 'secret-2');
  const message = 'the shared token cannot be decrypted: another key, or a damaged record';
  assert.deepEqual(told, [{ operation: 'open', message }]);
});

test('a token that a lease cannot read is not its own to forget', async () => {
  const world = shared();
  const first = world.lease();
  const grant = await first.acquire();
  await world.lease({ shareToken: { key: new Uint8Array(32).fill(8) } }).acquire();
  await world.clock.advance(MINUTE);
  const seen: unknown[] = [];
  world.store.watch(() => seen.push(world.stored.token?.generation));
  first.reject(grant);
  assert.equal((await first.acquire()).token, 'secret-3');
  assert.deepEqual(new Set(seen), new Set([2, 3]));
  assert.equal(world.stored.token?.generation, 3);
  assert.equal(first.reject(grant), false);
});

test('a token that was tampered with, or is of another generation or authority, is no token', async () => {
  const world = shared();
  await world.lease().acquire();
  const { token } = world.stored;
  assert.ok(token);
  const flipped = `${token.ciphertext.slice(0, 30)}${token.ciphertext[30] === 'A' ? 'B' : 'A'}${token.ciphertext.slice(31)}`;
  const bad = [
    { ...token, ciphertext: flipped },
    { ...token, ciphertext: 'no base64 at all!' },
    { ...token, ciphertext: '' },
    { ...token, generation: token.generation + 1 },
  ];
  for (const garbled of bad) {
    const { version } = world.store.read();
    world.store.swap(version, JSON.stringify({ format: 1, ...world.stored, token: garbled }));
    const { requests } = world.authority;
    await world.lease().acquire();
    assert.equal(world.authority.requests, requests + 1);
  }
  const elsewhere = shared();
  const store = { ...wrap(elsewhere), authority: 'https://other.example' };
  elsewhere.store.swap(0, JSON.stringify({ format: 1, generation: 1, token }));
  await elsewhere.lease({ store }).acquire();
  assert.equal(elsewhere.authority.requests, 1);
});

function wrap({ store }: Siblings) {
  return {
    read: () => store.read(),
    swap: (expected: number, text: string) => store.swap(expected, text),
    watch: (onChange: () => void) => store.watch(onChange),
  };
}

test('a token that was refused leaves the store and does not come back; one that is newer stays', async () => {
  const world = shared();
  const [first, second] = world.leases(2);
  assert.ok(first && second);
  const old = await first.acquire();
  await second.acquire();
  await world.clock.advance(MINUTE);
  assert.equal(first.reject(old), true);
  await eventually(() => world.stored.token === null);
  const fresh = await first.acquire();
  assert.equal(fresh.token, 'secret-2');
  await eventually(() => second.peek()?.token === 'secret-2');
  assert.equal(second.reject(old), false);
  assert.equal(first.reject(old), false);
  await eventually(() => second.peek());
  assert.notEqual(world.stored.token, null);
  assert.equal(world.authority.requests, 2);
});

test('a shared token is never older than any clock says', async () => {
  const asleep = shared();
  await asleep.lease().acquire();
  asleep.clock.sleep(HOUR);
  assert.equal((await asleep.lease().acquire()).token, 'secret-2');

  const setBack = shared();
  await setBack.lease().acquire();
  setBack.clock.setWallBy(-24 * HOUR);
  await setBack.clock.advance(HOUR);
  assert.equal((await setBack.lease().acquire()).token, 'secret-2');
});

test('a token from before a reboot is not used: no clock vouches for it', async () => {
  const before = shared();
  await before.clock.advance(HOUR);
  await before.lease().acquire();
  const after = shared();
  after.store.swap(0, before.store.read().text ?? '');
  await after.lease().acquire();
  assert.equal(after.authority.requests, 1);
});

test('a token that is too long to share is not shared, and said once', async () => {
  const world = shared();
  const long = '\u20ac'.repeat(11_000);
  world.authority.next = () => ({ ...world.authority.token(), token: long });
  const lease = world.lease();
  const told: string[] = [];
  lease.on('store-failed', ({ operation }) => told.push(operation));
  assert.equal((await lease.acquire()).token, long);
  world.lease().adopt(world.authority.token());
  await eventually(() => world.stored.generation > 1);
  assert.deepEqual(told, ['seal']);
  assert.ok((world.store.read().text ?? '').length < 1_000);
});

test('a lease that was not told to share neither writes its token nor takes one', async () => {
  const world = shared();
  await world.lease().acquire();
  const alone = world.lease({ shareToken: undefined });
  assert.equal((await alone.acquire()).token, 'secret-2');
  assert.equal(world.stored.token?.generation, 1);
  assert.equal(world.stored.generation, 2);
});

test('a key of the wrong length, and a key without a store, are refused by name', () => {
  const { authority } = setup();
  const { refresh } = authority;
  const store = shared().store;
  const make = (key: Uint8Array) => new Lease({ refresh, store, shareToken: { key } });
  assert.throws(() => make(new Uint8Array(16)), /^RangeError: shareToken.key is 16 bytes long; .* 32 bytes/);
  assert.throws(() => new Lease({ refresh, shareToken: { key: KEY } }), /^RangeError: shareToken .* store/);
});

test('a deadline that one is given while others hold a valid shared token costs nobody anything', async () => {
  const world = shared();
  const leases = world.leases(3);
  await Promise.all(leases.map((lease) => lease.acquire()));
  await world.clock.advance(56 * MINUTE);
  world.authority.fail('transient', 503, '30');
  for (let second = 0; second < 30; second += 1) {
    for (const lease of leases) assert.equal((await lease.acquire()).generation, 1);
    await world.clock.advance(SECOND);
  }
  assert.equal(world.authority.requests, 2);
});

test('a token that was refused right before the lease was closed is not found by the next one', async () => {
  const world = shared();
  const first = world.lease();
  const grant = await first.acquire();
  first.reject(grant);
  first.close();
  assert.equal(world.stored.token, null);
  await world.clock.advance(MINUTE);
  assert.equal((await world.lease().acquire()).token, 'secret-2');
});
