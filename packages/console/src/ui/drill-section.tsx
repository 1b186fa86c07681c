import { ControllerError } from '@holdfast/controller';
import type { DrillList } from '@holdfast/wire';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Machine } from '../state/state.ts';
import { lazily } from './lazily.tsx';
import { useApp } from './use-app.ts';

const DrillPanel = lazily(() => import('./drill-panel.tsx').then((module) => module.DrillPanel));

const LOOK_EVERY_MS = 5_000;

/** Faults on request, where the relay lets this device ask for them; nothing where it does not. */
export function DrillSection({ machines }: { machines: readonly Machine[] }) {
  const app = useApp();
  const [known, setKnown] = useState<DrillList | null>(null);
  // it needs no link: a drill may be what cuts it
  const asks = machines.find(({ link }) => link.state !== 'closed')?.id ?? null;
  const look = useCallback(async () => {
    const relay = asks === null ? null : app.relayOf(asks);
    if (relay === null || document.visibilityState === 'hidden') return;
    try {
      setKnown(await relay.drills());
    } catch (error) {
      const { status = null } = error instanceof ControllerError ? error : {};
      // it has no drills, or allows none; anything else may be the drill itself
      if (status === 403 || status === 404) setKnown(null);
    }
  }, [app, asks]);
  const offered = known?.allowed === true;
  useEffect(() => {
    void look();
    // one that allows none is not asked again and again
    const timer = offered ? setInterval(() => void look(), LOOK_EVERY_MS) : undefined;
    return () => clearInterval(timer);
  }, [look, offered]);
  const relay = asks === null ? null : app.relayOf(asks);
  if (known === null || !known.allowed || relay === null) return null;
  return <DrillPanel drills={known.drills} relay={relay} onChange={look} />;
}
