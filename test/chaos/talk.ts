/** One stream as a controller has it, whichever kind of controller that is. */
export interface Talk {
  /** False when it did not take the message: nothing of it is sent then. */
  send(message: string): boolean;
  /** Settles once the relay has all that was sent, or will never have it. */
  close(): Promise<void>;
}

export interface TalkEvents {
  onMessage(message: string): void;
  /** The controller was told that the stream is no more. */
  onGone(): void;
  /** It ended in a way that nothing can excuse. */
  onBroken(why: string): void;
}

/** A controller: a device, its link and what it knows of hosts. */
export interface Talker {
  /** `sdk-1`. */
  readonly name: string;
  /** Names of the hosts that it is paired with. */
  readonly hosts: readonly string[];
  open(host: string, events: TalkEvents): Talk;
  /** As a phone that is thrown away and started again: without a word, and with no memory of its streams. */
  vanish(): void;
  close(): Promise<void>;
}
