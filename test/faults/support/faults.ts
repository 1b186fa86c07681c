/** What the table of docs/faults.md has, in its order: the fault, and the mark to beat or to meet. Each has a test file of its name. */
export const faults = {
  'refresh-fails-link-drops': {
    fault: 'refresh answers 502 with `Retry-After: 60`, the token is good for 4 minutes, the link drops',
    mark: 'connects with the valid token at once; no refresh within the 60 s',
  },
  'refresh-hangs': {
    fault: 'refresh hangs, the token is valid, the link drops',
    mark: 'connects at once',
  },
  'refresh-malformed-or-foreign': {
    fault: 'refresh is malformed, or about another server; the token is valid, the link drops',
    mark: 'connects at once; a deadline is set',
  },
  'refresh-refused-by-network': {
    fault: 'the network resets each refresh, the token is valid, the link drops',
    mark: 'connects at once; a deadline is set',
  },
  'token-expires-while-connected': {
    fault: 'the token expires while the link is up; then the link drops in an outage',
    mark: 'renewed in the background: connects at once',
  },
  'pairing-refresh-401': {
    fault: '20 pairing calls, refresh answers 401',
    mark: '1 refresh, and one more after the account changed',
  },
  'pairing-refresh-malformed': { fault: '20 pairing calls, refresh is malformed', mark: '1 refresh' },
  'pairing-404': { fault: '10 pairing calls, pair answers 404', mark: 'at most 2 pairs and 1 enroll' },
  'pairing-401': { fault: '20 pairing calls, pair answers 401', mark: 'at most 2 pairs and 1 refresh' },
  'pairing-enroll-503': { fault: '10 pairing calls, enroll answers 503', mark: '1 enroll' },
  'pairing-slow': { fault: '50 pairing calls, 200 ms each', mark: 'side by side: about 400 ms' },
  'pairing-hangs-link-drops': { fault: 'pairing hangs, the link drops', mark: 'connects at once' },
  'pairing-429-link-drops': {
    fault: 'pair answers 429 with `Retry-After: 60`, then the link drops',
    mark: 'pairing waits; the link connects at once',
  },
  'handshake-503': {
    fault: 'the handshake answers 503 with `Retry-After: 20`; somebody pairs',
    mark: 'the link waits; pairing works',
  },
  'relay-away': {
    fault: 'the relay is away for 10 s: connections are refused',
    mark: 'back within 30 s of its return, with the token in hand',
  },
  'network-swallows': {
    fault: 'the network swallows the connection without a word',
    mark: 'noticed within 70 s, and connected',
  },
  'network-stalls': {
    fault: 'no byte moves for 20 s, then all do',
    mark: 'the link holds, and what was sent meanwhile is answered',
  },
  'machine-sleeps': {
    fault: 'the machine sleeps for 15 s (SIGSTOP, SIGCONT), and its connection dies meanwhile without a word',
    mark: 'notices when it wakes: connects within 10 s, not after the 60 s of its heartbeat',
  },
  'retry-after-without-end': {
    fault: '`Retry-After: 99999999999`',
    mark: 'one probe after the cap of an hour',
  },
  'killed-inside-retry-after': {
    fault: 'enroll answers 503 with `Retry-After: 20`; killed and started again 5 times meanwhile',
    mark: 'waits it out: 1 enroll within the 20 s',
  },
  'killed-while-enrolling': {
    fault: 'enroll does not answer; killed and started again 5 times meanwhile; then enroll is well',
    mark: '1 enroll while it does not answer; connected within a minute; the status says what it waits for',
  },
  'restarted-every-second': {
    fault: 'enroll answers 503; a supervisor restarts the host every second for 48 s',
    mark: 'at most 2 enrolls',
  },
  'stopped-while-all-hangs': {
    fault: 'refresh, pairing and the handshake hang; then SIGTERM',
    mark: 'ends within a second',
  },
  'controller-stops-acking': {
    fault: 'one controller stops acking while its agent goes on; another one asks',
    mark: 'only that stream stops',
  },
  'agent-crashes': {
    fault: 'the agent crashes whenever it is started; 50 controllers ask for it, one after the other',
    mark: '3 starts, then one after 1, 2, 4, … s; the others are told when',
  },
  'agent-floods': {
    fault: 'one agent writes a gigabyte without a line feed; another stream asks',
    mark: 'the other stream is answered; less than 400 MiB more memory',
  },
} as const satisfies Record<string, { readonly fault: string; readonly mark: string }>;

export type FaultName = keyof typeof faults;

/** What was measured, in words: ours, and the stock binary's where it can stand there. */
export interface Measured {
  readonly ours: string;
  readonly stock: string | null;
}
