import type { Machine } from '../state/state.ts';
import { duration } from '../text/time.ts';
import { useApp, useNow } from './use-app.ts';

/** Whether there is a way to the relay, and if not, why and when it is tried again. Nothing while all is well. */
export function LinkStatus({ machine }: { machine: Machine }) {
  const app = useApp();
  const { state, reason, nextAttemptAt, revoked } = machine.link;
  if (revoked) {
    return (
      <div class="banner bad" role="status">
        <span>This device was removed from {machine.name}. Pair it again with a new code.</span>
        <button type="button" class="small" onClick={() => app.go({ at: 'pair' })}>
          Pair again
        </button>
      </div>
    );
  }
  if (state === 'connected' || (state === 'connecting' && reason === null)) return null;
  return (
    <div class="banner" role="status">
      <span>
        Not connected: {sentence(reason)} <NextTry at={nextAttemptAt} trying={state === 'connecting'} />
      </span>
      {state === 'waiting' && (
        <button type="button" class="small" onClick={() => app.hurry(machine.id)}>
          Try now
        </button>
      )}
    </div>
  );
}

function NextTry({ at, trying }: { at: number | null; trying: boolean }) {
  const now = useNow(500);
  // counting down is not news, so a screen reader is not told of each second
  if (trying) return <span aria-hidden="true">Trying now…</span>;
  return at === null ? null : <span aria-hidden="true">Next try in {duration(at - now)}.</span>;
}

const sentence = (reason: string | null) =>
  reason === null ? 'no reason is known.' : /[.!?]$/.test(reason) ? reason : `${reason}.`;
