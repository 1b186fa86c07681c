import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostStatus } from '@holdfast/host';
import { LiveView } from '../src/live-view.ts';
import { describeStatus } from '../src/status-view.ts';

const NOW = Date.UTC(2030, 0, 1, 12);
const at = (offsetMs: number) => new Date(NOW + offsetMs).toISOString();

const status: HostStatus = {
  status: 'errored',
  reason: 'The relay says 503; next try in 41 s.',
  serverName: 'machine',
  installationId: 'id',
  environmentId: null,
  relay: 'https://relay.example/backend-api',
  link: { state: 'waiting', since: at(-5 * 60_000), attempts: 3, lastError: null, nextAttemptAt: at(41_000) },
  lease: {
    state: 'fresh',
    expiresAt: at(2 * 3_600_000),
    retryAt: null,
    reason: null,
    generation: 1,
    lastAnswer: null,
    counts: {} as HostStatus['lease']['counts'], // not shown
  },
  agent: { name: 'codex app-server', failures: 0, lastFailure: null, retryAt: null },
  endedStreams: [],
  streams: [
    { clientId: 'c', streamId: 'one', since: at(-30_000), unacked: 0, stopped: false, management: false, stderr: '' },
    {
      clientId: 'c',
      streamId: 'two\x1b[2J',
      since: at(-30_000),
      unacked: 1024,
      stopped: true,
      management: false,
      stderr: '',
    },
  ],
};

describe('a status for a person', () => {
  test('has each moment and how far away it is', () => {
    const text = describeStatus(status, NOW);
    assert.match(text, /^status {4}errored: The relay says 503; next try in 41 s\.$/m);
    assert.match(text, /^link {6}waiting since .*Z \(5 min ago\), next try .*Z \(in 41 s\)$/m);
    assert.match(text, /^lease {5}fresh, token good until .*Z \(in 2 h\)$/m);
  });

  test('says what agents that run, or ran, wrote to stderr, once, and why they ended', () => {
    const [stream] = status.streams;
    assert.ok(stream !== undefined);
    const end = { clientId: 'c', streamId: 'three', since: at(-60_000), endedAt: at(-2_000) };
    const text = describeStatus(
      {
        ...status,
        agent: { name: 'codex', failures: 4, lastFailure: 'codex exited with code 1', retryAt: at(8_000) },
        streams: [{ ...stream, stderr: 'careful now' }],
        endedStreams: [
          { ...end, why: 'codex exited with code 1; its last words: no home', stderr: 'no home' },
          { ...end, why: 'the controller left', stderr: 'oh' },
        ],
      },
      NOW,
    );
    assert.match(text, /^agent {5}codex; failed 4 times in a row, may be started again .*Z \(in 8 s\): codex exited/m);
    assert.match(text, /^streams {3}one since .*\n {12}stderr: careful now$/m);
    assert.match(
      text,
      /^ended {5}three .*Z \(2 s ago\): codex exited with code 1; its last words: no home\n {10}three/m,
    );
    assert.match(text, /: the controller left\n {12}stderr: oh$/m);
  });

  test('says which stream has stopped, and shows no control character of an id', () => {
    const text = describeStatus(status, NOW);
    assert.match(text, /^streams {3}one since .*, 0 unacked$/m);
    assert.match(text, /^ {10}two \[2J since .*, 1024 unacked; stopped, since its controller does not ack/m);
    assert.ok(!text.includes('\x1b'));
  });
});

describe('a live view', () => {
  test('takes back as many lines as it drew, breaks those that would wrap, and draws none that would scroll', () => {
    let written = '';
    const screen = { columns: 10, rows: 4, write: (text: string) => (written = text) };
    const view = new LiveView(screen);
    view.show('a line that is long\nb\nc\nd\ne');
    assert.equal(written, '\x1b[Ja line tha\nt is long\nb\n');
    view.show('x');
    assert.equal(written, '\x1b[3A\x1b[Jx\n');
    view.show('y');
    assert.equal(written, '\x1b[1A\x1b[Jy\n');
  });

  test('draws all of what it shows last, though it scrolls', () => {
    let written = '';
    const view = new LiveView({ columns: 10, rows: 3, write: (text: string) => (written = text) });
    view.show('a\nb\nc');
    view.end('a\nb\nc\nd');
    assert.equal(written, '\x1b[2A\x1b[Ja\nb\nc\nd\n');
  });

  test('takes a terminal that does not know its size for a usual one', () => {
    let written = '';
    new LiveView({ columns: 0, rows: 0, write: (text: string) => (written = text) }).show('a line\nand another');
    assert.equal(written, '\x1b[Ja line\nand another\n');
  });
});
