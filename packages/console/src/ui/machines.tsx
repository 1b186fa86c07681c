import { type LeaseView, UNKNOWN_LEASE } from '../lease/lease-view.ts';
import type { Machine } from '../state/state.ts';
import { DrillSection } from './drill-section.tsx';
import { Icon, Mark } from './icons.tsx';
import { MachineCard } from './machine-card.tsx';
import { useApp } from './use-app.ts';
import { useHeading } from './use-heading.ts';

interface MachinesProps {
  machines: readonly Machine[];
  leases: ReadonlyMap<string, LeaseView>;
}

export function Machines({ machines, leases }: MachinesProps) {
  const app = useApp();
  const heading = useHeading('Machines');
  return (
    <main class="sheet wide">
      <header class="masthead">
        <Mark />
        <h1 ref={heading} tabIndex={-1}>
          Machines
        </h1>
      </header>
      {machines.length === 0 && <p>No machine is paired with this browser yet.</p>}
      <ul class="machines">
        {machines.map((machine) => (
          <MachineCard key={machine.id} machine={machine} lease={leases.get(machine.id) ?? UNKNOWN_LEASE} />
        ))}
      </ul>
      <DrillSection machines={machines} />
      <button type="button" class="secondary" onClick={() => app.go({ at: 'pair' })}>
        <Icon name="plus" /> Pair another machine
      </button>
    </main>
  );
}
