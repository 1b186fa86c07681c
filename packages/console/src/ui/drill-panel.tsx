import type { RelayCalls } from '@holdfast/controller';
import type { Drill, DrillEndpoint, DrillFault, DrillRequest } from '@holdfast/wire';
import { useState } from 'preact/hooks';
import {
  DURATIONS,
  ENDPOINTS,
  FAULTS,
  hasRetryAfter,
  RETRY_AFTERS,
  tellDrill,
  usualEndpoint,
} from '../drill/drill-words.ts';
import { duration } from '../text/time.ts';
import { useNow } from './use-app.ts';

interface DrillPanelProps {
  drills: readonly Drill[];
  relay: RelayCalls;
  onChange: () => Promise<void>;
}

/** Switches on what could go wrong, so that whoever looks sees the hosts hold on. */
export function DrillPanel({ drills, relay, onChange }: DrillPanelProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = async (act: () => Promise<unknown>) => {
    try {
      await act();
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    await onChange();
  };
  return (
    <section class="card drill" aria-labelledby="drill-title">
      <h2 id="drill-title">Rehearse a bad day</h2>
      <p class="quiet">
        For a time, this relay does what a relay does on a bad day, to all its hosts and devices. Watch them hold on
        above.
      </p>
      {drills.length > 0 && (
        <ul class="drills">
          {drills.map((drill) => (
            <ActiveDrill key={drill.id} drill={drill} onStop={() => attempt(() => relay.stopDrill(drill.id))} />
          ))}
        </ul>
      )}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <DrillForm onStart={(request) => attempt(() => relay.startDrill(request))} />
    </section>
  );
}

function ActiveDrill({ drill, onStop }: { drill: Drill; onStop: () => void }) {
  const now = useNow(1_000);
  return (
    <li class="banner" data-fault={drill.fault}>
      <span>
        {tellDrill(drill)} <span aria-hidden="true">{duration(Date.parse(drill.ends_at) - now)} left.</span>
      </span>
      <button type="button" class="small" onClick={onStop}>
        Stop it
      </button>
    </li>
  );
}

function DrillForm({ onStart }: { onStart: (request: DrillRequest) => Promise<void> }) {
  const [fault, setFault] = useState<DrillFault>('502');
  const [endpoints, setEndpoints] = useState<readonly DrillEndpoint[]>(['refresh']);
  const [seconds, setSeconds] = useState<number>(60);
  const [retryAfter, setRetryAfter] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const choose = (next: DrillFault) => {
    const usual = usualEndpoint(next);
    setFault(next);
    setEndpoints(usual === null ? [] : [usual]);
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    await onStart({
      fault,
      duration_seconds: seconds,
      ...(endpoints.length === 0 ? {} : { endpoints: [...endpoints] }),
      ...(retryAfter === null || !hasRetryAfter(fault) ? {} : { retry_after_seconds: retryAfter }),
    });
    setBusy(false);
  };
  return (
    <form class="drill-form" onSubmit={(event) => void submit(event)}>
      <label for="fault">The relay</label>
      <select id="fault" value={fault} onChange={(event) => choose(event.currentTarget.value as DrillFault)}>
        {FAULTS.map((each) => (
          <option key={each.fault} value={each.fault}>
            {each.words}
          </option>
        ))}
      </select>
      <fieldset>
        <legend>when it is asked for (none: wherever it fits)</legend>
        {ENDPOINTS.map(({ endpoint, words }) => (
          <label key={endpoint} class="check">
            <input
              type="checkbox"
              checked={endpoints.includes(endpoint)}
              onChange={({ currentTarget }) =>
                setEndpoints(
                  currentTarget.checked ? [...endpoints, endpoint] : endpoints.filter((each) => each !== endpoint),
                )
              }
            />
            {words}
          </label>
        ))}
      </fieldset>
      <div class="drill-times">
        <div>
          <label for="seconds">for</label>
          <select id="seconds" value={seconds} onChange={(event) => setSeconds(Number(event.currentTarget.value))}>
            {DURATIONS.map((each) => (
              <option key={each} value={each}>
                {duration(each * 1000)}
              </option>
            ))}
          </select>
        </div>
        {hasRetryAfter(fault) && (
          <div>
            <label for="retry-after">and says: come back in</label>
            <select
              id="retry-after"
              value={retryAfter ?? ''}
              onChange={({ currentTarget }) =>
                setRetryAfter(currentTarget.value === '' ? null : Number(currentTarget.value))
              }
            >
              <option value="">(nothing)</option>
              {RETRY_AFTERS.map((each) => (
                <option key={each} value={each}>
                  {duration(each * 1000)}
                </option>
              ))}
            </select>
          </div>
        )}
      </div>
      <button type="submit" class="primary" aria-disabled={busy}>
        Start the drill
      </button>
    </form>
  );
}
