import { keepDraft, readDraft } from './device/drafts.ts';
import { type KeptStream, type KeptTalk, keepTalk, readTalk } from './device/kept-talk.ts';
import type { Action } from './state/reduce.ts';
import type { AppState } from './state/state.ts';
import type { Store } from './state/store.ts';
import { type Talk, unsentText } from './state/talk.ts';

/** Keeps of each conversation what another page needs to go on with it: the draft, the thread, and the stream where one stays open. */
export class TalkKeeper {
  readonly #store: Store<AppState, Action>;
  readonly #kept = new Map<string, Talk>();
  readonly #streams = new Map<string, KeptStream | null>();

  constructor(store: Store<AppState, Action>) {
    this.#store = store;
    store.subscribe(() => this.#keepAll());
  }

  /** What the page before this one left. */
  recall(machineId: string): KeptTalk & { readonly draft: string } {
    const kept = readTalk(machineId);
    this.#streams.set(machineId, kept.stream);
    return { ...kept, draft: readDraft(machineId) };
  }

  onStream(machineId: string, stream: KeptStream | null): void {
    this.#streams.set(machineId, stream);
    this.#keepTalk(machineId);
  }

  forget(machineId: string): void {
    this.#kept.delete(machineId);
    this.#streams.delete(machineId);
    keepDraft(machineId, '');
    keepTalk(machineId, null);
  }

  #keepAll(): void {
    for (const [machineId, talk] of this.#store.get().talks) {
      const before = this.#kept.get(machineId);
      if (before === talk) continue;
      this.#kept.set(machineId, talk);
      keepDraft(machineId, unsentText(talk));
      if (before?.threadId !== talk.threadId) this.#keepTalk(machineId);
    }
  }

  #keepTalk(machineId: string): void {
    const talk = this.#store.get().talks.get(machineId);
    if (talk === undefined) return;
    keepTalk(machineId, { threadId: talk.threadId, stream: this.#streams.get(machineId) ?? null });
  }
}
