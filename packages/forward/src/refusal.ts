import { STATUS_CODES } from 'node:http';
import { EgressError } from '@holdfast/egress';
import { NoAnswerError } from './far-side.ts';

/** What is answered here, in place of the relay. */
export interface Refusal {
  readonly status: number;
  /** For a person: the `detail` of the body, as a relay's own errors have it. */
  readonly detail: string;
  /** Seconds, for `Retry-After`; null: not known. */
  readonly retryAfter: number | null;
}

/** Why the relay gave no answer: 504 when it took too long, else 502. */
export function unreachable(relay: string, error: Error): Refusal {
  const slow = error instanceof NoAnswerError || (error instanceof EgressError && error.code === 'ERR_EGRESS_TIMEOUT');
  const why = error.message === '' && 'code' in error ? String(error.code) : error.message;
  return {
    status: slow ? 504 : 502,
    detail: `holdfast forward could not reach ${relay}: ${why.replace(/\.$/, '')}.`,
    retryAfter: null,
  };
}

export const TOO_MANY: Refusal = {
  status: 503,
  detail: 'holdfast forward has as many connections open as it takes.',
  retryAfter: 1,
};

export const NOT_THIS_NAME: Refusal = {
  status: 421,
  detail: 'holdfast forward answers to loopback names and to where it listens, and to no other.',
  retryAfter: null,
};

export const ONLY_WEBSOCKETS: Refusal = {
  status: 426,
  detail: 'holdfast forward upgrades to websockets and to nothing else.',
  retryAfter: null,
};

export function headersOf({ retryAfter }: Refusal, body: string): string[] {
  return [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Connection',
    'close',
    ...(retryAfter === null ? [] : ['Retry-After', String(retryAfter)]),
  ];
}

export function bodyOf({ detail }: Refusal): string {
  return JSON.stringify({ detail });
}

/** The head of an answer as text, for a socket that no server answers on any more. */
export function headOf(status: number, phrase: string | undefined, headers: readonly string[]): string {
  let head = `HTTP/1.1 ${status} ${phrase ?? STATUS_CODES[status] ?? ''}\r\n`;
  for (let index = 0; index < headers.length; index += 2) head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${head}\r\n`;
}
