import { useEffect, useRef } from 'preact/hooks';
import type { LeaseView } from '../lease/lease-view.ts';
import type { Machine } from '../state/state.ts';
import { lazily } from './lazily.tsx';
import { useApp } from './use-app.ts';
import { useInView } from './use-in-view.ts';

const LeasePanel = lazily(() => import('./lease-panel.tsx').then((module) => module.LeasePanel));

/** The lease of a machine's host, followed while it is on the screen. */
export function LeaseSection({ machine, lease }: { machine: Machine; lease: LeaseView }) {
  const app = useApp();
  const section = useRef<HTMLElement>(null);
  const wanted = useInView(section) && machine.link.state === 'connected' && machine.sighting?.online === true;
  useEffect(() => (wanted ? app.watchLease(machine.id) : undefined), [app, machine.id, wanted]);
  const { status } = lease;
  return (
    <section class="lease" ref={section} aria-label={`Connection of ${machine.name}`}>
      {lease.phase === 'none' && (
        <p class="quiet">Its host is a stock codex or an older one: it does not tell how its connection is renewed.</p>
      )}
      {status !== null && <LeasePanel lease={lease} status={status} />}
    </section>
  );
}
