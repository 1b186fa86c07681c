import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recognize } from '../src/agent/open-agent.ts';
import { EMPTY_LOG, logMessage } from '../src/agent/wire-log.ts';
import { readApproval } from '../src/chat/approval.ts';
import { addNote, EMPTY_CHAT, MOST_ITEMS } from '../src/chat/chat.ts';
import { reduceTalk } from '../src/state/reduce-talk.ts';
import { chatOf, NEW_TALK, type Talk } from '../src/state/talk.ts';
import type { TalkAction } from '../src/state/talk-actions.ts';

const after = (...actions: TalkAction[]): Talk => actions.reduce(reduceTalk, NEW_TALK);
const ready: TalkAction = { type: 'ready', agent: { kind: 'codex', name: 'demo' } };
const sending: TalkAction = { type: 'sending', messageId: 'mine', text: 'hello' };
const began: TalkAction = { type: 'thread-began', threadId: 't' };
const told = (method: string, params: object): TalkAction => ({
  type: 'notified',
  method,
  params: { threadId: 't', turnId: 'turn', ...params },
});
const kinds = (talk: Talk) => chatOf(talk).items.map(({ kind }) => kind);

describe('a turn', () => {
  const item = (raw: object, done = false) => told(done ? 'item/completed' : 'item/started', { item: raw });

  test('streams: the message confirmed once, the answer grown, the command with its output', () => {
    const talk = after(
      ready,
      sending,
      began,
      told('turn/started', { turn: { id: 'turn' } }),
      item({ type: 'userMessage', id: 'u', clientId: 'mine', content: [{ type: 'text', text: 'hello' }] }),
      item({ type: 'agentMessage', id: 'a', text: '' }),
      told('item/agentMessage/delta', { itemId: 'a', delta: 'Hi ' }),
      told('item/agentMessage/delta', { itemId: 'a', delta: 'there' }),
      item({ type: 'agentMessage', id: 'a', text: 'Hi there' }, true),
      item({ type: 'commandExecution', id: 'c', command: 'ls', cwd: '/', status: 'inProgress' }),
      told('item/commandExecution/outputDelta', { itemId: 'c', delta: 'file\n' }),
      item(
        {
          type: 'commandExecution',
          id: 'c',
          command: 'ls',
          cwd: '/',
          status: 'completed',
          exitCode: 0,
          aggregatedOutput: null,
        },
        true,
      ),
    );
    assert.deepEqual(chatOf(talk).turn, { id: 'turn' });
    assert.deepEqual(
      chatOf(talk).items.map((it) => [it.kind, it.id]),
      [
        ['user', 'u'],
        ['agent', 'a'],
        ['command', 'c'],
      ],
    );
    const [, answer, command] = chatOf(talk).items;
    assert.ok(answer?.kind === 'agent' && answer.done && answer.text.tail === 'Hi there');
    assert.ok(command?.kind === 'command' && command.progress === 'completed' && command.output.text === 'file\n');
    assert.equal(chatOf(reduceTalk(talk, told('turn/completed', { turn: { status: 'completed' } }))).turn, null);
  });

  test('that fails or was stopped says so, and leaves nothing running', () => {
    const running = after(
      ready,
      sending,
      began,
      item({ type: 'commandExecution', id: 'c', command: 'ls', status: 'inProgress' }),
    );
    const failed = reduceTalk(
      running,
      told('turn/completed', { turn: { status: 'failed', error: { message: 'no tokens' } } }),
    );
    assert.deepEqual(kinds(failed), ['user', 'command', 'note']);
    assert.match(JSON.stringify(chatOf(failed).items), /"progress":"failed".*no tokens/);
    assert.equal(chatOf(failed).turn, null);
  });

  test('that is tried again says so once', () => {
    const error = (message: string, willRetry: boolean) => told('error', { error: { message }, willRetry });
    const talk = after(ready, sending, began, error('try 1', true), error('try 2', true), error('given up', false));
    assert.deepEqual(
      chatOf(talk)
        .items.slice(1)
        .map((item) => item.kind === 'note' && item.text),
      ['try 2', 'given up'],
    );
  });

  test('of another thread does not show in this one', () => {
    const talk = after(ready, sending, began, {
      type: 'notified',
      method: 'item/started',
      params: { threadId: 'other', item: { type: 'agentMessage', id: 'x', text: 'there' } },
    });
    assert.deepEqual(kinds(talk), ['user']);
    assert.deepEqual(kinds(reduceTalk(talk, { type: 'thread-shown', threadId: 'other' })), ['agent']);
  });

  test('of hostile shape breaks nothing', () => {
    for (const params of [
      null,
      7,
      'text',
      [],
      {},
      { item: null },
      { item: { id: '__proto__', type: '__proto__' } },
      { turn: 3 },
      { itemId: {}, delta: [] },
    ]) {
      for (const method of [
        'item/started',
        'item/completed',
        'turn/started',
        'turn/completed',
        'item/agentMessage/delta',
        'error',
        'thread/started',
        'serverRequest/resolved',
        'toString',
      ]) {
        const all =
          typeof params === 'object' && params !== null && !Array.isArray(params)
            ? { threadId: 't', ...params }
            : params;
        after(ready, began, { type: 'notified', method, params: all });
      }
    }
  });
});

describe('what was typed', () => {
  test('goes back to where it was typed when the agent refuses it', () => {
    const talk = after(ready, sending, { type: 'refused', messageId: 'mine', why: 'Not sent: busy' });
    assert.equal(talk.draft, 'hello');
    assert.deepEqual(kinds(talk), ['note']);
    assert.equal(chatOf(talk).turn, null);
  });

  test('is a draft again when the stream ends before the agent has confirmed it', () => {
    const talk = after(ready, sending, { type: 'typed', text: 'and more' }, { type: 'ended', why: 'gone' });
    assert.equal(talk.draft, 'hello\n\nand more');
    assert.deepEqual(kinds(talk), []);
    assert.equal(talk.phase, 'ended');
  });

  test('is no draft when it had been confirmed', () => {
    const talk = after(
      ready,
      sending,
      began,
      { type: 'sent', messageId: 'mine', turnId: 'turn' },
      { type: 'ended', why: 'gone' },
    );
    assert.equal(talk.draft, '');
    assert.deepEqual(kinds(talk), ['user']);
  });
});

describe('approvals', () => {
  const approval = readApproval(
    'item/commandExecution/requestApproval',
    { threadId: 't', itemId: 'c', command: 'ls' },
    0,
  );
  assert.ok(approval !== null);

  test('are asked in order, and are gone when they are answered here, elsewhere, or with the stream', () => {
    const asked = after(ready, { type: 'asked', approval }, { type: 'asked', approval: { ...approval, key: '1' } });
    assert.deepEqual(
      asked.approvals.map(({ key }) => key),
      ['0', '1'],
    );
    assert.deepEqual(
      reduceTalk(asked, { type: 'answered', key: '0' }).approvals.map(({ key }) => key),
      ['1'],
    );
    const elsewhere = reduceTalk(asked, {
      type: 'notified',
      method: 'serverRequest/resolved',
      params: { threadId: 't', requestId: 1 },
    });
    assert.deepEqual(
      elsewhere.approvals.map(({ key }) => key),
      ['0'],
    );
    assert.deepEqual(reduceTalk(asked, { type: 'ended', why: 'gone' }).approvals, []);
  });

  test('offer what the agent takes, and always a way to say no', () => {
    const labels = (availableDecisions: unknown) =>
      readApproval('item/commandExecution/requestApproval', { availableDecisions }, 1)?.choices.map(
        ({ label, decision }) => [label, decision],
      );
    assert.deepEqual(labels(undefined), [
      ['Deny', 'decline'],
      ['Allow once', 'accept'],
      ['Allow for this session', 'acceptForSession'],
    ]);
    const always = { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['git', 'pull'] } };
    assert.deepEqual(labels(['accept', always, 'cancel', { somethingNew: {} }]), [
      ['Deny and stop', 'cancel'],
      ['Allow once', 'accept'],
      ['Always allow: git pull', always],
    ]);
    assert.deepEqual(labels([{ somethingNew: {} }]), [['Deny', 'decline']]);
  });

  test('are only what a person can judge here', () => {
    assert.equal(readApproval('item/tool/call', {}, 1), null);
    assert.equal(readApproval('toString', {}, 1), null);
  });
});

describe('threads', () => {
  test('are drawn from what the agent remembers', () => {
    const turns = [
      {
        id: 'turn',
        status: 'inProgress',
        items: [
          { type: 'userMessage', id: 'u', content: [{ type: 'text', text: 'hi' }] },
          {
            type: 'fileChange',
            id: 'f',
            status: 'completed',
            changes: [{ path: 'a', kind: { type: 'add' }, diff: 'x' }],
          },
          { type: 'somethingNew', id: 'n' },
          'garbage',
        ],
      },
    ];
    const talk = after(ready, { type: 'thread-loaded', threadId: 'old', turns });
    assert.deepEqual(kinds(talk), ['user', 'files', 'tool']);
    assert.deepEqual(chatOf(talk).turn, { id: 'turn' });
  });

  test('that the agent has forgotten stay to be read, and what is sent begins a new one', () => {
    const talk = after(
      ready,
      sending,
      began,
      { type: 'sent', messageId: 'mine', turnId: null },
      { type: 'thread-lost', why: 'forgotten' },
    );
    assert.equal(talk.threadId, null);
    assert.deepEqual(kinds(talk), ['user', 'note']);
    assert.equal(chatOf(talk).turn, null);
  });

  test('are kept up to a number, the one shown among them', () => {
    let talk = after(ready, began);
    for (let n = 0; n < 50; n += 1)
      talk = reduceTalk(talk, { type: 'notified', method: 'turn/started', params: { threadId: `t${n}` } });
    assert.ok(talk.chats.size <= 21);
    talk = reduceTalk(talk, { type: 'notified', method: 'warning', params: { threadId: 't', message: 'still here' } });
    assert.deepEqual(kinds(talk), ['note']);
  });
});

test('a conversation is kept to its end, and says how much it lost', () => {
  let chat = EMPTY_CHAT;
  for (let n = 0; n < MOST_ITEMS + 50; n += 1) chat = addNote(chat, 'quiet', `note ${n}`);
  assert.equal(chat.items.length, MOST_ITEMS);
  assert.equal(chat.dropped, 50);
});

test('the wire is remembered, in number and in size', () => {
  let log = EMPTY_LOG;
  for (let n = 0; n < 1_000; n += 1) log = logMessage(log, 'received', 'x'.repeat(10_000));
  assert.equal(log.entries.length + log.dropped, 1_000);
  assert.ok(JSON.stringify(log).length < 2_000_000);
  assert.equal(log.entries.at(-1)?.number, 1_000);
});

test('agents are told apart by their answer to initialize', () => {
  const stock = recognize({
    userAgent: 'holdfast-console/0.169.0 (Debian 12.0.0; x86_64) xterm (holdfast-console; 0.1.0)',
  });
  assert.deepEqual(stock, { kind: 'codex', name: 'codex 0.169.0' });
  assert.deepEqual(recognize({ userAgent: 'demo/1 (linux)' }), { kind: 'codex', name: 'demo 1' });
  assert.deepEqual(recognize({ serverInfo: { name: 'everything' } }), { kind: 'mcp', name: 'everything' });
  for (const answer of [null, {}, 'yes', { userAgent: 7 }]) assert.equal(recognize(answer).kind, 'other');
});
