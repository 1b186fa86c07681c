import { meaningOf } from '../exit-codes.ts';
import type { ServiceProgram } from './definition.ts';
import type { ServiceStatus } from './manager.ts';

/** What is true of a service, for a person. */
export function describeService(program: ServiceProgram, status: ServiceStatus): string {
  const { state, unit, pid, since, lastExit, startsAtBoot } = status;
  if (state === 'not installed') {
    return `The ${program} is not installed as a service (there is no ${unit}). \`holdfast service install ${program} …\` does that.`;
  }
  const running = `running since ${since ?? 'a moment that is not known'}${pid === null ? '' : `, process ${pid}`}`;
  const words = {
    running,
    restarting: 'installed; it ended, and is about to be started again',
    stopped: 'installed, and not running',
    failed: 'installed; it ended, and is not started again',
  }[state];
  const ended = lastExit === null ? [] : [`Last end: ${lastExit}${meaning(lastExit)}`];
  const boot = startsAtBoot === false ? ['It runs while its user is logged in, not from boot on.'] : [];
  return [`The ${program} is ${words}.`, ...ended, ...boot, `Unit: ${unit}`].join('\n');
}

function meaning(lastExit: string): string {
  const code = /^exit code (\d+)$/.exec(lastExit)?.[1];
  const words = code === undefined ? null : meaningOf(Number(code));
  return words === null ? '' : ` (${words})`;
}
