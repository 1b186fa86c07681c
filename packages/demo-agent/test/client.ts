import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { demoAgentPath } from '@holdfast/demo-agent';
import { Happenings } from '@holdfast/testkit';

export interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  // a test names the members it looks at, and fails where they are not there
  // biome-ignore lint/suspicious/noExplicitAny: the agent's answers are what is under test
  readonly params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string };
}

/** The agent as a process, and the client's end of its stdio. */
export class Client {
  readonly messages: Message[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #happenings = new Happenings(() => JSON.stringify(this.messages.map(({ id, method }) => method ?? id)));
  #id = 100;
  #rest = '';

  constructor() {
    this.#child = spawn(process.execPath, [demoAgentPath], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.messages.push(JSON.parse(line));
      this.#happenings.notify();
    });
  }

  write(text: string | Uint8Array): void {
    this.#child.stdin.write(text);
  }

  send(message: object): void {
    this.write(`${JSON.stringify(message)}\n`);
  }

  async request(method: string, params: object = {}): Promise<Message> {
    this.#id += 1;
    const id = this.#id;
    this.send({ id, method, params });
    return this.until((message) => message.id === id && message.method === undefined);
  }

  /** The first message that fits, whether it has come or will. */
  until(fits: (message: Message) => boolean): Promise<Message> {
    return this.#happenings.until(() => this.messages.find(fits));
  }

  notified(method: string): Message[] {
    return this.messages.filter((message) => message.method === method);
  }

  /** Through the handshake and into a thread; its id. */
  async startThread(): Promise<string> {
    await this.request('initialize', { clientInfo: { name: 'test', title: null, version: '1' }, capabilities: null });
    this.send({ method: 'initialized' });
    return (await this.request('thread/start')).result.thread.id;
  }

  async startTurn(threadId: string, text: string): Promise<string> {
    const { result } = await this.request('turn/start', {
      threadId,
      input: [{ type: 'text', text, text_elements: [] }],
    });
    return result.turn.id;
  }

  /** Ends its input; the exit code. */
  async end(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    this.#child.stdin.end();
    await once(this.#child, 'exit');
    return this.#child.exitCode;
  }
}
