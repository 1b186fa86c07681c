interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL(url: string): string;
  };
}

const WORKER = './sw.js';

/** Registers the worker that keeps the page for when there is no network. Without one the page works all the same. */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { trustedTypes }: { trustedTypes?: TrustedTypes } = globalThis as object;
  // the page's policy takes no address of a script that did not come through this
  const policy = trustedTypes?.createPolicy('holdfast', {
    createScriptURL: (url) => {
      if (url === WORKER) return url;
      throw new TypeError('no script but the worker is ever added');
    },
  });
  try {
    await navigator.serviceWorker.register(policy?.createScriptURL(WORKER) ?? WORKER);
  } catch {
    // private windows and full disks refuse
  }
}
