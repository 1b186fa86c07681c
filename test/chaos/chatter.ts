import type { Seeded } from '@holdfast/testkit';
import { Conversation } from './conversation.ts';
import type { Ledger } from './ledger.ts';
import type { Talker } from './talk.ts';

const MAX_CONVERSATIONS = 3;

/** Keeps a controller talking: conversations begin, go on, are closed or left, and others take their place. */
export class Chatter {
  readonly #talker: Talker;
  readonly #ledger: Ledger;
  readonly #random: Seeded;
  readonly #closing = new Set<Promise<void>>();
  #conversations: Conversation[] = [];
  #opened = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(talker: Talker, { ledger, random }: { ledger: Ledger; random: Seeded }) {
    this.#talker = talker;
    this.#ledger = ledger;
    this.#random = random;
    this.#step();
  }

  get talker(): Talker {
    return this.#talker;
  }

  /** @param hosts of which one is to answer */
  flood(hosts: readonly string[]): void {
    const open = this.#conversations.filter(({ isOpen, record }) => isOpen && hosts.includes(record.host));
    if (open.length > 0) this.#random.pick(open).flood();
  }

  /** Its controller is thrown away and started again. */
  vanish(): void {
    for (const conversation of this.#conversations) conversation.forget();
    this.#conversations = [];
    this.#talker.vanish();
  }

  /** No new words but the last ones. */
  finish(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const conversation of this.#conversations) conversation.finish();
  }

  /** Streams that still wait for something they are owed. */
  waiting(): string[] {
    return this.#conversations.filter(({ isComplete }) => !isComplete).map(({ record }) => record.stream);
  }

  /** Settles when every goodbye has reached the relay. */
  async settled(): Promise<void> {
    await Promise.all(this.#closing);
  }

  #step(): void {
    if (this.#stopped) return;
    this.#conversations = this.#conversations.filter(({ isOpen }) => isOpen);
    if (this.#conversations.length < MAX_CONVERSATIONS && this.#random.chance(0.3)) this.#begin();
    for (const conversation of this.#conversations) if (this.#random.chance(0.7)) conversation.speak();
    if (this.#conversations.length > 0 && this.#random.chance(0.012))
      this.#close(this.#random.pick(this.#conversations));
    if (this.#conversations.length > 0 && this.#random.chance(0.006)) this.#random.pick(this.#conversations).leave();
    this.#timer = setTimeout(() => this.#step(), this.#random.between(20, 120));
  }

  #begin(): void {
    this.#opened += 1;
    const name = `${this.#talker.name}.${this.#opened}`;
    const host = this.#random.pick(this.#talker.hosts);
    this.#conversations.push(
      new Conversation(this.#talker, host, name, { ledger: this.#ledger, random: this.#random.fork(name) }),
    );
  }

  #close(conversation: Conversation): void {
    const closing = conversation.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
