import type { App } from '../app.ts';
import { UNKNOWN_LEASE } from '../lease/lease-view.ts';
import { lazily } from './lazily.tsx';
import { Machines } from './machines.tsx';
import { PairForm } from './pair-form.tsx';
import { TalkView } from './talk-view.tsx';
import { AppProvider, useAppState } from './use-app.ts';

const Devices = lazily(() => import('./devices.tsx').then((module) => module.Devices));

export function Page({ app }: { app: App }) {
  const { place, machines, pair, talks, leases } = useAppState(app);
  const view = () => {
    switch (place.at) {
      case 'starting':
        return null;
      case 'machines':
        return <Machines machines={machines} leases={leases} />;
      case 'pair':
        return <PairForm form={pair} canGoBack={machines.length > 0} />;
      case 'devices': {
        const machine = machines.find(({ id }) => id === place.machineId);
        return machine === undefined ? null : (
          <Devices machine={machine} lease={leases.get(machine.id) ?? UNKNOWN_LEASE} />
        );
      }
      case 'talk': {
        const machine = machines.find(({ id }) => id === place.machineId);
        return machine === undefined ? null : <TalkView machine={machine} talk={talks.get(machine.id)} />;
      }
    }
  };
  return <AppProvider value={app}>{view()}</AppProvider>;
}
