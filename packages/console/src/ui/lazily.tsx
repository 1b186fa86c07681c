import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * A view whose code is loaded when it is first shown, so that the first load stays small. Where it cannot be loaded, since the network is
 * gone or the relay has a newer page, it says so.
 */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let View: ComponentType<Props> | null = null;
  return function Lazily(props: Props) {
    const [state, setState] = useState<'loading' | 'loaded' | 'failed'>(View === null ? 'loading' : 'loaded');
    useEffect(() => {
      if (state !== 'loading') return;
      load().then(
        (loaded) => {
          View = loaded;
          setState('loaded');
        },
        () => setState('failed'),
      );
    }, [state]);
    if (state === 'failed') {
      return (
        <p class="banner bad" role="alert">
          <span>This part of the page could not be loaded.</span>
          <button type="button" class="small" onClick={() => location.reload()}>
            Load the page again
          </button>
        </p>
      );
    }
    return View === null ? null : <View {...props} />;
  };
}
