/** One line of the lease, broken on purpose: at least one test has to notice. */
export interface SeededFault {
  /** What no longer holds. */
  readonly breaks: string;
  /** Below `src/`. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  readonly replace: string;
}

export const faults: readonly SeededFault[] = [
  {
    breaks: 'a token that the wall clock calls expired is not handed out',
    file: 'clock.ts',
    find: 'return Math.min(moment.wall - now.wall, moment.monotonic - now.monotonic);',
    replace: 'return moment.monotonic - now.monotonic;',
  },
  {
    breaks: 'a token that the monotonic clock calls expired is not handed out',
    file: 'clock.ts',
    find: 'return Math.min(moment.wall - now.wall, moment.monotonic - now.monotonic);',
    replace: 'return moment.wall - now.wall;',
  },
  {
    breaks: 'a token is valid until it expires, and no longer',
    file: 'decide.ts',
    find: 'return held !== null && remaining(held.expires, now) > 0;',
    replace: 'return held !== null && remaining(held.expires, now) > -1_000;',
  },
  {
    breaks: 'nothing is sent before the deadline',
    file: 'decide.ts',
    find: 'return record.latch === null && !isAhead(record.deadline, now);',
    replace: 'return record.latch === null;',
  },
  {
    breaks: 'nothing is sent while the credentials are the refused ones',
    file: 'decide.ts',
    find: 'return record.latch === null && !isAhead(record.deadline, now);',
    replace: 'return !isAhead(record.deadline, now);',
  },
  {
    breaks: 'minValidity never asks for more than two thirds of a life',
    file: 'decide.ts',
    find: 'Math.min(minValidityMs, (held.lifeMs * 2) / 3)',
    replace: 'minValidityMs',
  },
  {
    breaks: 'the background renewal waits for the window',
    file: 'decide.ts',
    find: 'return Math.max(permitted, remaining(held.renewFrom, now) + windowMs * RENEWAL_SHARE * spread);',
    replace: 'return permitted;',
  },
  {
    breaks: 'renewals are spread over the window',
    file: 'decide.ts',
    find: 'windowMs * RENEWAL_SHARE * spread',
    replace: '0',
  },
  {
    breaks: 'the window is a third of a short life',
    file: 'record.ts',
    find: 'Math.min(windowMs, times.lifeMs / 3)',
    replace: 'windowMs',
  },
  {
    breaks: "a token's life is measured by the server's clock",
    file: 'record.ts',
    find: 'expiresAt - serverTime(success.answer?.date ?? null, from.wall)',
    replace: 'expiresAt - from.wall',
  },
  {
    breaks: 'a life begins when the headers came, not when the body ended',
    file: 'record.ts',
    find: 'const from = success.answer?.receivedAt ?? now;',
    replace: 'const from = now;',
  },
  {
    breaks: 'a token that expired during the refresh is of no use',
    file: 'record.ts',
    find: 'if (expires.wall <= now.wall || expires.monotonic <= now.monotonic)',
    replace: 'if (false)',
  },
  {
    breaks: 'a grant does not show its token',
    file: 'record.ts',
    find: 'enumerable: false',
    replace: 'enumerable: true',
  },
  {
    breaks: 'Retry-After is a floor',
    file: 'deadline.ts',
    find: 'asked + jitter(asked, random)',
    replace: 'asked - jitter(asked, random)',
  },
  {
    breaks: 'a little jitter comes after Retry-After',
    file: 'deadline.ts',
    find: 'asked + jitter(asked, random)',
    replace: 'asked',
  },
  {
    breaks: 'a deadline has a cap',
    file: 'deadline.ts',
    find: 'Math.min(Math.ceil(delay), capMs)',
    replace: 'Math.ceil(delay)',
  },
  {
    breaks: 'the wait grows on repeated failure',
    file: 'deadline.ts',
    find: 'BACKOFF_MS * 2 ** Math.max(0, failures - 1)',
    replace: 'BACKOFF_MS',
  },
  {
    breaks: 'the wait without Retry-After is spread',
    file: 'deadline.ts',
    find: '(1 - BACKOFF_SPREAD + 2 * BACKOFF_SPREAD * random())',
    replace: '1',
  },
  {
    breaks: 'Retry-After counts from the headers',
    file: 'deadline.ts',
    find: 'Math.max(0, now.monotonic - answer.receivedAt.monotonic)',
    replace: '0',
  },
  {
    breaks: "a Retry-After date is measured against the answer's own Date",
    file: 'retry-after.ts',
    find: 'Math.ceil(moment - serverTime(date, receivedAtWall))',
    replace: 'Math.ceil(moment - receivedAtWall)',
  },
  {
    breaks: 'Retry-After takes digits only',
    file: 'retry-after.ts',
    find: String.raw`/^\d+$/.test(text)`,
    replace: String.raw`/^[-+]?\d+(\.\d+)?$/.test(text)`,
  },
  {
    breaks: 'there is one flight at a time',
    file: 'lease.ts',
    find: 'if (this.#flight !== null) return this.#flight;',
    replace: '',
  },
  {
    breaks: 'a closed lease forgets its token',
    file: 'lease.ts',
    find: 'this.#abort.abort(this.#closed);\n    this.#ledger.close();',
    replace: 'this.#abort.abort(this.#closed);',
  },
  {
    breaks: 'a token that was just minted does not lift the throttle when it is refused',
    file: 'lease.ts',
    find: 'if (remaining(later(held.mintedAt, JUST_MINTED_MS), now) <= 0) {',
    replace: 'if (true) {',
  },
  {
    breaks: 'a refused token of some age lifts the throttle',
    file: 'lease.ts',
    find: "this.#ledger.lift('rejected');",
    replace: '',
  },
  {
    breaks: 'a valid token is handed out although its renewal fails',
    file: 'lease.ts',
    find: 'if (look === 0 && remaining(record.held.renewFrom, now) <= 0) this.#renewBehind(may);\n          return record.held.grant;',
    replace:
      'if (look === 0 && remaining(record.held.renewFrom, now) <= 0) { error = await this.#join(); if (error !== null) throw error; }\n          return record.held.grant;',
  },
  {
    breaks: 'an old generation does not clear a newer token',
    file: 'ledger.ts',
    find: 'if (this.#record.held?.grant.generation !== generation) return false;',
    replace: 'if (this.#record.held === null) return false;',
  },
  {
    breaks: 'a success clears the deadline',
    file: 'ledger.ts',
    find: 'const settled = { held, deadline: null, latch: null, gone: false, failures: 0, lastFailure: null };',
    replace: 'const settled = { held, latch: null, gone: false, failures: 0, lastFailure: null };',
  },
  {
    breaks: 'a success ends the row of failures',
    file: 'ledger.ts',
    find: 'gone: false, failures: 0, lastFailure: null };',
    replace: 'gone: false, lastFailure: null };',
  },
  {
    breaks: 'new credentials lift the latch',
    file: 'ledger.ts',
    find: 'this.#commit({ ...this.#record, latch: null, credentials: credentials + 1 });',
    replace: 'this.#commit({ ...this.#record, credentials: credentials + 1 });',
  },
  {
    breaks: 'an answer from before a reset is late',
    file: 'flight.ts',
    find: 'if (epoch !== ledger.record.epoch) return late(context, outcome);',
    replace: '',
  },
  {
    breaks: 'after a recovery there is one more try, and no third',
    file: 'flight.ts',
    find: 'if (recovered || ledger.record.latch !== null) return failed',
    replace: 'if (ledger.record.latch !== null) return failed',
  },
  {
    breaks: 'credentials that did not change latch',
    file: 'flight.ts',
    find: "if (!changed && ledger.record.credentials === credentials) ledger.latch('unauthorized', failure);",
    replace: '',
  },
  {
    breaks: 'enrolling again has a budget',
    file: 'flight.ts',
    find: 'if (wait > 0) return spent(context, wait);',
    replace: '',
  },
  {
    breaks: 'a transient failure sets a deadline',
    file: 'flight.ts',
    find: 'else ledger.defer(failure.kind, failure);',
    replace: '',
  },
  {
    breaks: 'a refresh that must not be repeated is not',
    file: 'flight.ts',
    find: '!options.refreshIsIdempotent && mayHaveRun(failure)',
    replace: 'false',
  },
  {
    breaks: 'the token that was tried is not in an error',
    file: 'attempt.ts',
    find: "return { ...failure, message: failure.message.replaceAll(tried, '[token]') };",
    replace: 'return failure;',
  },
  {
    breaks: 'a flight asks only if it is still permitted when its turn comes',
    file: 'flight.ts',
    find: 'if (epoch !== ledger.record.epoch || !mayAsk(ledger.record, ledger.now())) return null;',
    replace: '',
  },
  {
    breaks: 'only the holder of the lock asks',
    file: 'shared-record.ts',
    find: 'if (left > 0) return { lock: others, verdict: left };',
    replace: '',
  },
  {
    breaks: 'a lock outlives the request that it is for',
    file: 'shared-record.ts',
    find: 'this.lockMs = timeoutMs + LOCK_MARGIN_MS;',
    replace: 'this.lockMs = timeoutMs / 2;',
  },
  {
    breaks: "another lease's deadline is learned",
    file: 'deadline-sync.ts',
    find: 'if (isOver || !wasBlind) this.#ledger.siblingDeadline(theirs);',
    replace: '',
  },
  {
    breaks: 'a holder that died in an ambiguous refresh is not simply succeeded',
    file: 'shared-record.ts',
    find: "this.#ledger.latch('ambiguous', HOLDER_DIED);\n        return { lock: null, verdict: 'look' };",
    replace: '',
  },
  {
    breaks: 'a store that is down never opens the gate',
    file: 'sharing.ts',
    find: 'this.#record.deferBlind(error);\n    return mayAsk',
    replace: 'return mayAsk',
  },
  {
    breaks: 'a shared token is bound to its generation and authority',
    file: 'token-seal.ts',
    find: 'JSON.stringify([this.#authority, generation])',
    replace: "'[]'",
  },
  {
    breaks: 'a gateway page is not the authority forgetting its client',
    file: 'classify.ts',
    find: "if (contentType !== null && /html/i.test(contentType)) return 'invalid';",
    replace: '',
  },
  {
    breaks: '429 is transient',
    file: 'classify.ts',
    find: 'const TRANSIENT: readonly number[] = [408, 425, 429];',
    replace: 'const TRANSIENT: readonly number[] = [408, 425];',
  },
];
