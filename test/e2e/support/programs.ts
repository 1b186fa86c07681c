import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { Happenings, Leashed } from '@holdfast/testkit';
import { type Ending, holdfast } from './host-process.ts';

/** A `holdfast` command as a process of its own, that ends with the test. */
export function run(t: Ending, args: readonly string[], env: Record<string, string> = {}): Leashed {
  const program = new Leashed(process.execPath, [holdfast, ...args], { env: { ...process.env, ...env } });
  t.after(() => program.stop());
  return program;
}

/** Runs a command to its end. */
export async function finish(
  t: Ending,
  args: readonly string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = run(t, args, env);
  program.stdin.end(input);
  // the exit may be told before the last of what was written
  const [code, stdout] = await Promise.all([program.exited, text(program.stdout)]);
  return { code, stdout, stderr: program.stderr() };
}

type Json = Record<string, unknown>;

/** Lines of JSON that a program writes, to wait for. */
export class JsonLines {
  readonly lines: Json[] = [];
  readonly #happenings: Happenings;

  constructor(program: Leashed) {
    this.#happenings = new Happenings(
      () => `last line: ${JSON.stringify(this.lines.at(-1) ?? null)}\nstderr: ${program.stderr().slice(-2000)}`,
    );
    createInterface({ input: program.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Json); // a line that is no JSON fails the test by throwing
      this.#happenings.notify();
    });
  }

  waitFor(what: string, matches: (line: Json) => boolean, timeoutMs = 30_000): Promise<Json> {
    return this.#happenings.until(() => this.lines.find(matches), { what, timeoutMs });
  }
}

export interface RunningRelay {
  readonly program: Leashed;
  readonly url: string;
  readonly base: string;
}

/** `holdfast relay --json`, once it listens. */
export async function startRelayProcess(
  t: Ending,
  data: string,
  listen = '127.0.0.1:0',
  more: readonly string[] = [],
): Promise<RunningRelay> {
  const program = run(t, ['relay', '--listen', listen, '--data', data, '--json', ...more]);
  const { url, base } = await new JsonLines(program).waitFor(
    'the relay to listen',
    ({ event }) => event === 'listening',
  );
  return { program, url: String(url), base: String(base) };
}

/** The owner's account, as `host` takes it from its environment. */
export async function accountEnv(
  t: Ending,
  data: string,
): Promise<{ HOLDFAST_ACCOUNT_ID: string; HOLDFAST_ACCOUNT_TOKEN: string }> {
  const { stdout } = await finish(t, ['account', 'token', '--data', data, '--json']);
  const { accountId, accountToken } = JSON.parse(stdout) as { accountId: string; accountToken: string };
  return { HOLDFAST_ACCOUNT_ID: accountId, HOLDFAST_ACCOUNT_TOKEN: accountToken };
}

/** `holdfast attach`, and JSON-RPC over its stdin and stdout as an editor would speak it. */
export class AttachProcess {
  readonly program: Leashed;
  readonly lines: JsonLines;
  #nextId = 1;

  constructor(t: Ending, args: readonly string[], env: Record<string, string> = {}) {
    this.program = run(t, ['attach', ...args], env);
    this.lines = new JsonLines(this.program);
  }

  send(message: Json): void {
    this.program.stdin.write(`${JSON.stringify(message)}\n`);
  }

  async request(method: string, params: Json, timeoutMs?: number): Promise<Json> {
    const id = this.#nextId++;
    this.send({ jsonrpc: '2.0', id, method, params });
    const isReply = (line: Json) => line['id'] === id && line['method'] === undefined;
    const reply = await this.lines.waitFor(`the reply to ${method}`, isReply, timeoutMs);
    if (reply['error'] !== undefined) throw new Error(`${method} was refused: ${JSON.stringify(reply['error'])}`);
    return reply['result'] as Json; // of the agent, which each test knows
  }

  notification(method: string): Promise<Json> {
    return this.lines.waitFor(method, (line) => line['method'] === method);
  }
}
