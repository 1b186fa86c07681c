import type { ControllerErrorCode } from '@holdfast/controller';
import { clockTime, duration } from '../text/time.ts';

/** Of a `ControllerError`, what the words depend on. */
export interface PairFailure {
  readonly code: ControllerErrorCode | null;
  readonly status: number | null;
  readonly retryAt: number | null;
  readonly triesLeft: number | null;
  readonly message: string;
}

/** Why pairing failed, and what to do. */
export interface PairProblem {
  readonly title: string;
  readonly advice: string;
  /** Before this there is no use in trying; ms since the epoch. */
  readonly retryAt: number | null;
}

const NEW_CODE = 'Run holdfast pair on that machine for a new code.';

export function pairProblem({ code, status, retryAt, triesLeft, message }: PairFailure, now: number): PairProblem {
  const problem = (title: string, advice: string): PairProblem => ({ title, advice, retryAt });
  if (code === 'ERR_CONTROLLER_CODE' && status === null) {
    return problem(
      'That is not a pairing code.',
      'It has eight letters and digits, such as ABCD-2345, and never a 0, 1, I or O.',
    );
  }
  if (code === 'ERR_CONTROLLER_CODE' && status === 429) {
    const wait =
      retryAt === null
        ? 'Try again in a few minutes.'
        : `Try again at ${clockTime(retryAt)}, in ${duration(retryAt - now)}.`;
    return problem('Too many wrong codes.', `${wait} The relay takes no code from here until then.`);
  }
  if (code === 'ERR_CONTROLLER_CODE' && status === 410) {
    return problem('This code has just been used by another device, or has just expired.', NEW_CODE);
  }
  if (code === 'ERR_CONTROLLER_CODE') {
    const left = triesLeft === null ? '' : ` ${triesLeft} ${triesLeft === 1 ? 'try' : 'tries'} left.`;
    return problem(
      'This code does not work: it is wrong, was used already, or has expired.',
      `A code is good once, for ten minutes.${left} ${NEW_CODE}`,
    );
  }
  if (code === 'ERR_CONTROLLER_NETWORK') {
    return problem('The relay did not answer.', 'The code was not used. Check the network, then try again.');
  }
  return problem('Pairing did not work.', message);
}
