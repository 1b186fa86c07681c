import { useState } from 'preact/hooks';
import type { LeaseView } from '../lease/lease-view.ts';
import { presence } from '../state/presence.ts';
import type { Machine } from '../state/state.ts';
import { ago } from '../text/time.ts';
import { LeaseSection } from './lease-section.tsx';
import { LinkStatus } from './link-status.tsx';
import { useApp, useNow } from './use-app.ts';

export function MachineCard({ machine, lease }: { machine: Machine; lease: LeaseView }) {
  const app = useApp();
  const now = useNow(5_000);
  const [forgetting, setForgetting] = useState(false);
  const why = machine.link.state === 'connected' ? (machine.sighting?.offlineReason ?? null) : null;
  const online = machine.sighting?.online === true && machine.link.state === 'connected';
  return (
    <li class="card">
      <div class="card-head">
        <span class={`dot ${online ? 'on' : 'off'}`} aria-hidden="true" />
        <div class="card-title">
          <h2>{machine.name}</h2>
          <p class="quiet">{presence(machine, now)}</p>
          {why !== null && <p class="quiet">{why}</p>}
        </div>
        <button type="button" class="primary" onClick={() => app.open(machine.id)} disabled={machine.link.revoked}>
          Open<span class="sr-only"> {machine.name}</span>
        </button>
      </div>
      <LinkStatus machine={machine} />
      {machine.problem !== null && machine.link.state === 'connected' && (
        <p class="banner" role="status">
          {machine.problem}
        </p>
      )}
      <LeaseSection machine={machine} lease={lease} />
      <div class="card-foot">
        <p class="quiet">
          This device is “{machine.deviceName}”, paired {ago(machine.pairedAt, now)}.
        </p>
        {forgetting ? (
          <div class="confirm" role="group" aria-label={`Forget ${machine.name}?`}>
            <p>
              Its key is deleted here, and only a new code brings it back.{' '}
              {machine.link.state === 'connected'
                ? 'The relay forgets this device as well.'
                : `Without a connection the relay still lists this device: remove it there, with holdfast clients revoke.`}
            </p>
            <button type="button" class="small danger" onClick={() => void app.forget(machine.id)}>
              Forget it
            </button>
            <button type="button" class="small" onClick={() => setForgetting(false)}>
              Keep it
            </button>
          </div>
        ) : (
          <div>
            <button
              type="button"
              class="small ghost"
              onClick={() => app.go({ at: 'devices', machineId: machine.id })}
              disabled={machine.link.revoked}
            >
              Devices<span class="sr-only"> of {machine.name}</span>
            </button>
            <button type="button" class="small ghost" onClick={() => setForgetting(true)}>
              Forget<span class="sr-only"> {machine.name}</span>
            </button>
          </div>
        )}
      </div>
    </li>
  );
}
