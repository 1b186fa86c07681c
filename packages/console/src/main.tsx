import { options, render } from 'preact';
import './style/base.css';
import './style/sheet.css';
import './style/talk.css';
import './style/items.css';
import './style/lease.css';
import { App } from './app.ts';
import { suggestName } from './device/device-name.ts';
import { holdPage } from './device/one-page.ts';
import { codeInFragment } from './device/page-code.ts';
import { stopReason } from './device/stop-reason.ts';
import { Storage } from './device/storage.ts';
import { keepPage } from './keep-page.ts';
import { reduce } from './state/reduce.ts';
import { initialState } from './state/state.ts';
import { createStore } from './state/store.ts';
import { Page } from './ui/page.tsx';
import { Stopped } from './ui/stopped.tsx';

const FRAME_PATIENCE_MS = 100;

/** Draws once a frame however much has happened; a page in the background gets no frames, but still a word now and then. */
options.debounceRendering = (draw) => {
  let drawn = false;
  const once = () => {
    if (!drawn) draw();
    drawn = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, FRAME_PATIENCE_MS);
};

async function main(root: HTMLElement): Promise<void> {
  const code = takeCode();
  const hasCrypto = globalThis.crypto?.subtle !== undefined;
  const why = stopReason({ isSecureContext, hasCrypto, parsesUrls: 'parse' in URL });
  if (why !== null) return render(<Stopped why={why} />, root);
  void keepPage();
  const begin = () => start(root, code);
  if (await holdPage(false, () => location.reload())) return begin();
  const takeOver = () => void holdPage(true, () => location.reload()).then(begin);
  render(<Stopped why="elsewhere" onTakeOver={takeOver} />, root);
}

async function start(root: HTMLElement, code: string | null): Promise<void> {
  let storage: Storage;
  try {
    storage = await Storage.open();
  } catch {
    return render(<Stopped why="storage" />, root);
  }
  const store = createStore(reduce, initialState(suggestName(navigator.userAgent)));
  const app = new App({ store, storage, base: new URL('backend-api', document.baseURI).href });
  render(<Page app={app} />, root);
  addEventListener('hashchange', () => {
    const scanned = takeCode();
    if (scanned !== null) void app.scanned(scanned);
  });
  // one that the browser kept whole has let its agents go, and would not know
  addEventListener('pageshow', (event) => {
    if (event instanceof PageTransitionEvent && event.persisted) location.reload();
  });
  await app.start(code);
}

/** The code in the page's address, taken out of it: there it would stay in the history and in screenshots. */
function takeCode(): string | null {
  const code = codeInFragment(location.hash);
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  return code;
}

const root = document.getElementById('page');
if (root !== null) void main(root);
