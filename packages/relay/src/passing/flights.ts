import { isAfter, type Position } from '@holdfast/wire';
import type { Bounds } from '../bounds.ts';
import { type Clock, every, type Timer } from '../clock.ts';
import type { Stream } from '../streams.ts';
import type { HostFrame } from './host-frame.ts';

/** What a controller was sent goes to disk when it has acked none of it for so long, */
const SILENT_MS = 500;
/** and when the oldest of it has waited for so long: a host waits no longer for an ack, however much of it is on its way. */
const OLD_MS = 1_000;
const TICK_MS = 50;

interface Flown {
  readonly frame: HostFrame;
  readonly tick: number;
}

/** Of one stream: frames of its host that its controller was sent and has not acked, in their order. They are nowhere but here, and their host has no ack for them. */
export class Flight {
  readonly stream: Stream;
  #flown: Flown[] = [];
  /** Those before it are acked. */
  #first = 0;
  #bytes = 0;
  /** When it began to fly, or an ack came last. */
  #progressAt = 0;
  /** What the controller has to ack before frames fly again; null while they do. */
  #behind: Position | null;

  constructor(stream: Stream, behind: Position | null) {
    this.stream = stream;
    this.#behind = behind;
  }

  get isBehind(): boolean {
    return this.#behind !== null;
  }

  get frames(): number {
    return this.#flown.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The furthest position that was taken from the host. */
  get last(): Position {
    return this.#flown.at(-1)?.frame.end ?? this.stream.down;
  }

  /** Whether the controller takes too long. */
  isOverdue(tick: number): boolean {
    const oldest = this.#flown[this.#first];
    if (oldest === undefined) return false;
    return (tick - this.#progressAt) * TICK_MS >= SILENT_MS || (tick - oldest.tick) * TICK_MS >= OLD_MS;
  }

  push(frame: HostFrame, tick: number): void {
    if (this.frames === 0) this.#progressAt = tick;
    this.#flown.push({ frame, tick });
    this.#bytes += frame.content.size;
  }

  /** Something of this stream waits on disk. */
  fallBehind(upTo: Position): void {
    this.#behind ??= upTo;
  }

  /** The controller has everything up to there. Gives where the host's ack may go; null for nowhere further. */
  release(upTo: Position, tick: number): Position | null {
    if (this.#behind !== null && !isAfter(this.#behind, upTo)) this.#behind = null;
    let released: Position | null = null;
    for (;;) {
      const oldest = this.#flown[this.#first];
      if (oldest === undefined || isAfter(oldest.frame.position, upTo)) break;
      released = oldest.frame.end;
      this.#bytes -= oldest.frame.content.size;
      this.#first += 1;
    }
    if (released !== null) this.#progressAt = tick;
    if (this.#first * 2 >= this.#flown.length) {
      this.#flown = this.#flown.slice(this.#first);
      this.#first = 0;
    }
    return released;
  }

  /** Gives all of it up. */
  takeAll(): HostFrame[] {
    const frames = this.#flown.slice(this.#first).map(({ frame }) => frame);
    this.#flown = [];
    this.#first = 0;
    this.#bytes = 0;
    return frames;
  }
}

/** All frames that are on their way to controllers in memory alone. */
export class Flights {
  readonly #clock: Clock;
  readonly #bounds: Bounds;
  readonly #byStream = new Map<number, Flight>();
  /** Those that have frames. */
  readonly #flying = new Set<Flight>();
  #bytes = 0;
  #tick = 0;
  #timer: Timer | null = null;
  #onOverdue: (streams: readonly Stream[]) => void = () => {};

  constructor({ clock, bounds }: { clock: Clock; bounds: Bounds }) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** Calls back with the streams whose controllers take too long. */
  watch(onOverdue: (streams: readonly Stream[]) => void): void {
    this.#onOverdue = onOverdue;
  }

  find({ id }: Stream): Flight | undefined {
    return this.#byStream.get(id);
  }

  /** @param behind see `Flight` */
  begin(stream: Stream, behind: Position | null): Flight {
    const flight = new Flight(stream, behind);
    this.#byStream.set(stream.id, flight);
    return flight;
  }

  /** False where there is no room for it: then it belongs on disk, with all before it. */
  push(flight: Flight, frame: HostFrame): boolean {
    const { flightFrames, flightBytes, allFlightBytes } = this.#bounds;
    const size = frame.content.size;
    const isFull = flight.frames >= flightFrames || flight.bytes + size > flightBytes;
    if (isFull || this.#bytes + size > allFlightBytes) return false;
    if (flight.frames === 0) this.#flying.add(flight);
    flight.push(frame, this.#tick);
    this.#bytes += size;
    this.#timer ??= every(this.#clock, TICK_MS, () => this.#onTick());
    return true;
  }

  release(stream: Stream, upTo: Position): Position | null {
    const flight = this.find(stream);
    if (flight === undefined) return null;
    const before = flight.bytes;
    const released = flight.release(upTo, this.#tick);
    this.#account(flight, before);
    return released;
  }

  /** What was in flight is the caller's to keep. */
  takeAll(stream: Stream): HostFrame[] {
    const flight = this.find(stream);
    if (flight === undefined) return [];
    const before = flight.bytes;
    const frames = flight.takeAll();
    this.#account(flight, before);
    return frames;
  }

  /** The stream is no more, or begins anew. Gives how far its host had come; null when nothing was in flight. */
  forget(stream: Stream): Position | null {
    const last = this.takeAll(stream).at(-1)?.end ?? null;
    this.#byStream.delete(stream.id);
    return last;
  }

  flying(): Stream[] {
    return [...this.#flying].map(({ stream }) => stream);
  }

  /** Forgets everything: hosts have no ack for it, and send it again. */
  clear(): void {
    this.#byStream.clear();
    this.#flying.clear();
    this.#bytes = 0;
    this.#rest();
  }

  #account(flight: Flight, before: number): void {
    this.#bytes += flight.bytes - before;
    if (flight.frames === 0) this.#flying.delete(flight);
  }

  #onTick(): void {
    this.#tick += 1;
    if (this.#flying.size === 0) {
      this.#rest();
      return;
    }
    const overdue: Stream[] = [];
    for (const flight of this.#flying) if (flight.isOverdue(this.#tick)) overdue.push(flight.stream);
    if (overdue.length > 0) this.#onOverdue(overdue);
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
