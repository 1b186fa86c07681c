import type { App } from '../app.ts';
import { Machines } from './machines.tsx';
import { PairForm } from './pair-form.tsx';
import { TalkView } from './talk-view.tsx';
import { AppProvider, useAppState } from './use-app.ts';

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
      case 'talk': {
        const machine = machines.find(({ id }) => id === place.machineId);
        return machine === undefined ? null : <TalkView machine={machine} talk={talks.get(machine.id)} />;
      }
    }
  };
  return <AppProvider value={app}>{view()}</AppProvider>;
}
