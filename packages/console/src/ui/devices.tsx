import type { ClientItem } from '@holdfast/wire';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { LeaseView } from '../lease/lease-view.ts';
import { type ListedDevice, listDevices } from '../state/devices.ts';
import type { Machine } from '../state/state.ts';
import { Icon } from './icons.tsx';
import { LinkStatus } from './link-status.tsx';
import { useApp, useNow } from './use-app.ts';
import { useHeading } from './use-heading.ts';

const REVOKE = 'remoteControl/client/revoke';

/** Who controls a machine: this device, and those that share it. */
export function Devices({ machine, lease }: { machine: Machine; lease: LeaseView }) {
  const app = useApp();
  const now = useNow(10_000);
  const heading = useHeading(`Devices of ${machine.name}`);
  const [items, setItems] = useState<readonly ClientItem[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const connected = machine.link.state === 'connected';
  const attempt = useCallback(
    async (act: () => Promise<unknown>) => {
      try {
        await act();
        setItems((await app.relayOf(machine.id)?.clients()) ?? []);
        setProblem(null);
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    },
    [app, machine.id],
  );
  useEffect(() => {
    if (connected) void attempt(async () => {});
  }, [connected, attempt]);
  // whether the host lets this device remove others, it says itself
  useEffect(() => (connected ? app.watchLease(machine.id) : undefined), [app, machine.id, connected]);
  const mayRevoke = lease.phase === 'live' && lease.methods.includes(REVOKE);
  return (
    <main class="sheet wide">
      <button type="button" class="back" onClick={() => app.go({ at: 'machines' })}>
        <Icon name="back" /> Machines
      </button>
      <h1 ref={heading} tabIndex={-1}>
        Devices of {machine.name}
      </h1>
      <LinkStatus machine={machine} />
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {items === null && problem === null && <p class="quiet">{connected ? 'Looking…' : 'Not connected.'}</p>}
      <ul class="machines" aria-label="Devices">
        {listDevices(items ?? [], machine.id, now).map((device) => (
          <DeviceCard
            key={device.id}
            device={device}
            mayRemove={mayRevoke}
            onRename={(name) => attempt(() => app.renameDevice(machine.id, name))}
            onRemove={() => attempt(() => app.revoke(machine.id, device.id))}
          />
        ))}
      </ul>
      {!mayRevoke && (lease.phase === 'live' || lease.phase === 'none') && items !== null && items.length > 1 && (
        <p class="quiet">
          This device may not remove others, so that one that was stolen cannot lock you out. On the machine of the
          relay, <code>holdfast clients revoke</code> does; or start the host with{' '}
          <code>--controllers-may {REVOKE}</code>.
        </p>
      )}
    </main>
  );
}

interface DeviceCardProps {
  device: ListedDevice;
  mayRemove: boolean;
  onRename: (name: string) => Promise<void>;
  onRemove: () => Promise<void>;
}

function DeviceCard({ device, mayRemove, onRename, onRemove }: DeviceCardProps) {
  const [doing, setDoing] = useState<'renaming' | 'removing' | null>(null);
  const [name, setName] = useState(device.name);
  const done = () => setDoing(null);
  return (
    <li class="card device">
      <div class="card-title">
        <h2>{device.name}</h2>
        <p class="quiet">
          {device.isThis && <strong>This device</strong>}
          {device.isThis && device.about !== '' && ' · '}
          {device.about}
        </p>
      </div>
      {doing === null && device.isThis && (
        <button type="button" class="small ghost" onClick={() => setDoing('renaming')}>
          Rename<span class="sr-only"> {device.name}</span>
        </button>
      )}
      {doing === null && !device.isThis && mayRemove && (
        <button type="button" class="small ghost" onClick={() => setDoing('removing')}>
          Remove<span class="sr-only"> {device.name}</span>
        </button>
      )}
      {doing === 'renaming' && (
        <form
          class="rename"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== '') void onRename(name.trim()).then(done);
          }}
        >
          <label class="sr-only" for="device-name">
            New name
          </label>
          <input
            id="device-name"
            value={name}
            maxLength={64}
            autocomplete="off"
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <button type="submit" class="small primary">
            Save
          </button>
          <button type="button" class="small" onClick={done}>
            Cancel
          </button>
        </form>
      )}
      {doing === 'removing' && (
        <div class="confirm" role="group" aria-label={`Remove ${device.name}?`}>
          <p>It is cut off at once, and only a new code brings it back.</p>
          <button type="button" class="small danger" onClick={() => void onRemove().then(done)}>
            Remove it
          </button>
          <button type="button" class="small" onClick={done}>
            Keep it
          </button>
        </div>
      )}
    </li>
  );
}
