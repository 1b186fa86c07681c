import type { Plugin } from 'vite';
import { defineConfig } from 'vite';

/** The service worker's file has no hash: its address is what a browser knows it by. */
const WORKER = 'sw.js';

export default defineConfig({
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: { index: `${import.meta.dirname}/index.html`, sw: `${import.meta.dirname}/src/sw.ts` },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? WORKER : 'assets/[name]-[hash].js') },
    },
  },
  plugins: [listForWorker()],
});

/** Tells the service worker which files to keep: all that was built. */
function listForWorker(): Plugin {
  return {
    name: 'list-for-worker',
    generateBundle(_, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== 'chunk') throw new Error('the service worker was not built');
      const built = Object.keys(bundle).filter((file) => file.startsWith('assets/'));
      const files = ['./', ...built.sort(), 'manifest.webmanifest', 'icon.svg'];
      worker.code = worker.code.replace('__FILES__', JSON.stringify(files));
    },
  };
}
