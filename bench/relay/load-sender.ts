import { FIRST_SEQ, framesUpTo, type LoadAddress, LoadFrame, type LoadKind } from './load-frame.ts';
import type { RawLink } from './raw-link.ts';

/** Frames in one write, and bytes. */
const BATCH = 32;
const BATCH_BYTES = 512 * 1024;

/** Sends a load on one link as a host or a controller sends its own: numbered, and no more of it than a window without an ack. */
export class LoadSender {
  readonly #address: LoadAddress;
  readonly #frames = new Map<LoadKind, LoadFrame>();
  #link: RawLink | null = null;
  #frame: LoadFrame | null = null;
  #window = 0;
  #firstSeq = FIRST_SEQ;
  #sent = 0;
  #acked = 0;
  /** Whether it sends what its window takes, rather than what it is told to. */
  #free = false;
  #drained: (() => void) | null = null;

  constructor(address: LoadAddress) {
    this.#address = address;
  }

  get sent(): number {
    return this.#sent;
  }

  get acked(): number {
    return this.#acked;
  }

  on(link: RawLink): void {
    this.#link = link;
    link.socket.on('drain', () => this.#pump());
  }

  /** A new load, whose numbers go on where the one before has ended. */
  begin(kind: LoadKind, window: number): void {
    this.#firstSeq += Math.ceil(this.#sent / (this.#frame?.segments ?? 1));
    this.#frame = this.#frames.get(kind) ?? new LoadFrame(kind, this.#address);
    this.#frames.set(kind, this.#frame);
    this.#window = window;
    this.#sent = 0;
    this.#acked = 0;
  }

  run(): void {
    this.#free = true;
    this.#pump();
  }

  /** Resolves when everything that was sent has been acked. */
  async end(): Promise<void> {
    this.#free = false;
    if (this.#frame !== null && this.#sent % this.#frame.segments !== 0) this.sendOne(); // a message is whole
    if (this.#acked >= this.#sent) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  sendOne(): void {
    this.#write(1);
  }

  onAck(payload: Buffer): void {
    if (this.#frame === null) return;
    this.#acked = Math.max(this.#acked, framesUpTo(payload, this.#firstSeq, this.#frame.segments));
    if (this.#acked >= this.#sent) this.#drained?.();
    this.#pump();
  }

  #pump(): void {
    const most = Math.min(BATCH, Math.max(1, Math.floor(BATCH_BYTES / (this.#frame?.size ?? 1))));
    while (this.#free && this.#link !== null && !this.#link.socket.writableNeedDrain) {
      const room = this.#window - (this.#sent - this.#acked);
      // in halves of a batch at least: a write for each ack would measure this process
      if (room < most / 2) return;
      this.#write(Math.min(room, most));
    }
  }

  #write(count: number): void {
    const frame = this.#frame;
    if (frame === null || this.#link === null) return;
    const batch = Buffer.allocUnsafe(count * frame.size);
    for (let n = 0; n < count; n += 1) frame.put(batch, n * frame.size, this.#sent + n, this.#firstSeq);
    this.#sent += count;
    this.#link.socket.write(batch);
  }
}
