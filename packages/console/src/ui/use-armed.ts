import { useEffect, useRef, useState } from 'preact/hooks';

/** For so long after it has appeared, a question takes no answer: a tap that was meant for what stood there before is none. */
export const ARM_MS = 900;

export interface Armed {
  readonly armed: boolean;
  /** To be called as a press begins: one that began before the arming does not count when it ends after it. */
  press(): void;
  /** Runs `act` if the press that led to it may count. */
  guard(act: () => void): () => void;
}

export function useArmed(): Armed {
  const [armed, setArmed] = useState(false);
  const early = useRef(false);
  useEffect(() => {
    let timer = 0;
    const rearm = () => {
      clearTimeout(timer);
      setArmed(false);
      if (document.visibilityState === 'visible') timer = setTimeout(() => setArmed(true), ARM_MS);
    };
    rearm();
    document.addEventListener('visibilitychange', rearm);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', rearm);
    };
  }, []);
  return {
    armed,
    press: () => {
      early.current = !armed;
    },
    guard: (act) => () => {
      const tooEarly = !armed || early.current;
      early.current = false;
      if (!tooEarly) act();
    },
  };
}
