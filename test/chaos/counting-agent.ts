import type { Said, Work } from './ledger.ts';

/** What an agent does with a message: it notes that it heard it, then says what was asked for, each message with a number of its own. */
export class CountingAgent {
  #stream = '';
  #n = 0;
  #m = 0;

  /** @returns the messages to be said */
  hear(message: string, note: { heard(work: Work): void; said(said: Said, text: string): void }): string[] {
    const { id, params } = JSON.parse(message) as { id?: number; params: Work }; // from a controller of this test
    if (this.#stream === '') this.#stream = params.stream;
    if (params.stream !== this.#stream)
      throw new Error(`a message of ${params.stream} came to the agent of ${this.#stream}`);
    this.#n = params.n;
    note.heard(params);
    return params.replies.map((chars, index) => {
      this.#m += 1;
      const said: Said = { stream: this.#stream, m: this.#m, n: this.#n };
      const filled = { ...said, pad: 'x'.repeat(chars) };
      const answers = id !== undefined && index === 0;
      const text = JSON.stringify(answers ? { id, result: filled } : { method: 'said', params: filled });
      note.said(said, text);
      return text;
    });
  }
}

/** The message of a controller: the first of a stream is an `initialize`. */
export function workMessage(work: Work, pad: number): string {
  const params = { ...work, pad: 'x'.repeat(pad) };
  return JSON.stringify(work.n === 1 ? { id: 0, method: 'initialize', params } : { method: 'work', params });
}

/** Null for what no agent of this test says. */
export function readSaid(message: string): Said | null {
  const { result, params } = JSON.parse(message) as { result?: Partial<Said>; params?: Partial<Said> };
  const { stream, m, n } = result ?? params ?? {};
  return stream === undefined || m === undefined || n === undefined ? null : { stream, m, n };
}
