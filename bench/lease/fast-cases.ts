// What the fast path is made of: each case a loop of its own, run in a process of its own, so that none spoils another's compiled code.
import type { Lease } from '@holdfast/lease';
import { HOUR_MS, heldLease, unsharedClock } from './held-lease.ts';
import { awsMemoize } from './subjects/aws-memoize.ts';
import { azureCycler } from './subjects/azure.ts';
import { googleClient } from './subjects/google.ts';

/** Runs `n` times and returns something made of every result, so that nothing can be left out. */
export type Loop = (n: number) => number | Promise<number>;

export interface FastCase {
  readonly name: string;
  /** As the table calls it. */
  readonly label: string;
  readonly package?: string;
  /** The case it is compared with. */
  readonly floor: string;
  /** How many times its floor it may cost. */
  readonly mark?: number;
  readonly loop: () => Loop | Promise<Loop>;
}

export const fastCases: readonly FastCase[] = [
  {
    name: 'performance-now',
    label: '`performance.now()`',
    floor: 'performance-now',
    loop: () => (n) => {
      let sum = 0;
      for (let i = 0; i < n; i += 1) sum += performance.now();
      return sum;
    },
  },
  {
    name: 'date-now',
    label: '`Date.now()`',
    floor: 'performance-now',
    loop: () => (n) => {
      let sum = 0;
      for (let i = 0; i < n; i += 1) sum += Date.now();
      return sum;
    },
  },
  {
    name: 'peek',
    label: '`lease.peek()`',
    floor: 'date-now',
    mark: 1.3,
    loop: () => peekLoop(heldLease()),
  },
  {
    name: 'peek-unshared',
    label: '`lease.peek()`, no clock reading shared',
    floor: 'date-now',
    loop: () => peekLoop(heldLease(unsharedClock)),
  },
  {
    name: 'await',
    label: '`await Promise.resolve()`',
    floor: 'await',
    loop: () => async (n) => {
      let sum = 0;
      for (let i = 0; i < n; i += 1) sum += await Promise.resolve(i);
      return sum;
    },
  },
  {
    name: 'acquire',
    label: '`await lease.acquire()`',
    floor: 'await',
    mark: 1.5,
    loop: () => acquireLoop(heldLease()),
  },
  {
    name: 'acquire-unshared',
    label: '`await lease.acquire()`, no clock reading shared',
    floor: 'await',
    loop: () => acquireLoop(heldLease(unsharedClock)),
  },
  {
    name: 'aws-memoize',
    label: 'AWS `memoize`',
    package: '@smithy/property-provider',
    floor: 'await',
    async loop() {
      const token = { token: 'token', expiration: new Date(Date.now() + HOUR_MS) };
      const provider = await awsMemoize(async () => token);
      return async (n) => {
        let sum = 0;
        for (let i = 0; i < n; i += 1) sum += (await provider()).token.length;
        return sum;
      };
    },
  },
  {
    name: 'google-token',
    label: 'google-auth-library `getAccessToken()`',
    package: 'google-auth-library',
    floor: 'await',
    async loop() {
      const client = await heldGoogleClient();
      return async (n) => {
        let sum = 0;
        for (let i = 0; i < n; i += 1) sum += (await client.getAccessToken()).token?.length ?? Number.NaN;
        return sum;
      };
    },
  },
  {
    name: 'google-headers',
    label: 'google-auth-library `getRequestHeaders()`',
    package: 'google-auth-library',
    floor: 'await',
    async loop() {
      const client = await heldGoogleClient();
      return async (n) => {
        let sum = 0;
        for (let i = 0; i < n; i += 1) sum += (await client.getRequestHeaders()).has('authorization') ? 1 : Number.NaN;
        return sum;
      };
    },
  },
  {
    name: 'azure-cycler',
    label: 'Azure token cycler',
    package: '@azure/core-rest-pipeline',
    floor: 'await',
    async loop() {
      const getToken = await azureCycler(async () => ({ token: 'token', expiresOnTimestamp: Date.now() + HOUR_MS }));
      const scopes = ['scope'];
      const options = {};
      return async (n) => {
        let sum = 0;
        for (let i = 0; i < n; i += 1) sum += (await getToken(scopes, options))?.token.length ?? Number.NaN;
        return sum;
      };
    },
  },
];

function peekLoop(lease: Lease): Loop {
  return (n) => {
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += lease.peek()?.generation ?? Number.NaN;
    return sum;
  };
}

function acquireLoop(lease: Lease): Loop {
  return async (n) => {
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += (await lease.acquire()).generation;
    return sum;
  };
}

async function heldGoogleClient(): ReturnType<typeof googleClient> {
  const client = await googleClient('https://authority.example/token');
  client.setCredentials({ refresh_token: 'refresh', access_token: 'token', expiry_date: Date.now() + HOUR_MS });
  return client;
}
