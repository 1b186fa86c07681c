import { useState } from 'preact/hooks';
import { formatTyped, isWhole } from '../device/page-code.ts';
import type { PairForm as Form } from '../state/state.ts';
import { duration } from '../text/time.ts';
import { Icon, Mark } from './icons.tsx';
import { lazily } from './lazily.tsx';
import { useApp, useNow } from './use-app.ts';
import { useHeading } from './use-heading.ts';

const Scanner = lazily(() => import('./scanner.tsx').then((module) => module.Scanner));

export function PairForm({ form, canGoBack }: { form: Form; canGoBack: boolean }) {
  const app = useApp();
  const now = useNow(1_000);
  const heading = useHeading('Pair');
  const [scanning, setScanning] = useState(false);
  const wait = Math.max(0, (form.problem?.retryAt ?? 0) - now);
  const type = (change: Partial<Pick<Form, 'code' | 'deviceName'>>) =>
    app.store.dispatch({ type: 'pair-typed', form: change });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    // as it is now: the last sign that was typed may not be drawn yet
    const { code } = app.store.get().pair;
    if (wait === 0 && isWhole(code)) void app.pair(code);
  };
  return (
    <main class="sheet">
      {canGoBack ? (
        <button type="button" class="back" onClick={() => app.go({ at: 'machines' })}>
          <Icon name="back" /> Machines
        </button>
      ) : (
        <Mark />
      )}
      <h1 ref={heading} tabIndex={-1}>
        Pair with a machine
      </h1>
      <p>
        The machine with the agent shows a code: <code>holdfast up</code> and <code>holdfast pair</code> print it. Scan
        its QR code, or type it here.
      </p>
      {form.problem !== null && (
        <div class="problem" role="alert">
          <strong>{form.problem.title}</strong>
          <p>{form.problem.advice}</p>
        </div>
      )}
      {scanning ? (
        <Scanner
          onCode={(code) => {
            setScanning(false);
            void app.pair(code);
          }}
          onClose={() => setScanning(false)}
        />
      ) : (
        'mediaDevices' in navigator && (
          <button type="button" class="secondary" disabled={form.busy || wait > 0} onClick={() => setScanning(true)}>
            <Icon name="camera" /> Scan the QR code
          </button>
        )
      )}
      <form onSubmit={submit} class="pair-form">
        <label for="code">Pairing code</label>
        <input
          id="code"
          class="code-input"
          value={form.code}
          onInput={(event) => {
            const code = formatTyped(event.currentTarget.value);
            event.currentTarget.value = code; // at once: drawing it would come a frame later, after the next key
            type({ code });
          }}
          placeholder="XXXX-XXXX"
          autocomplete="one-time-code"
          autocapitalize="characters"
          spellcheck={false}
          inputMode="text"
          maxLength={9}
          disabled={form.busy}
        />
        <label for="device">What this device is called</label>
        <input
          id="device"
          value={form.deviceName}
          maxLength={64}
          autocomplete="off"
          onInput={(event) => type({ deviceName: event.currentTarget.value })}
          disabled={form.busy}
        />
        <button type="submit" class="primary" disabled={form.busy || wait > 0} aria-disabled={!isWhole(form.code)}>
          {form.busy ? 'Pairing…' : wait > 0 ? `Try again in ${duration(wait)}` : 'Pair'}
        </button>
      </form>
      <p class="quiet">The key that is made for this is kept by this browser and cannot leave it.</p>
    </main>
  );
}
