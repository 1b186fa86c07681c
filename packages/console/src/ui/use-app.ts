import { createContext } from 'preact';
import { useContext, useEffect, useReducer, useState } from 'preact/hooks';
import type { App } from '../app.ts';
import type { AppState } from '../state/state.ts';

const AppContext = createContext<App | null>(null);
export const AppProvider = AppContext.Provider;

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('there is no app around this component');
  return app;
}

export function useAppState(app: App): AppState {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    redraw(undefined); // for what happened between the first drawing and now
    return app.store.subscribe(() => redraw(undefined));
  }, [app]);
  return app.store.get();
}

/** The time, anew every so often, for what says "in 4 s" or "3 min ago". */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
