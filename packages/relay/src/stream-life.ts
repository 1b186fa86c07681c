import { type Position, START } from '@holdfast/wire';
import type { Bounds } from './bounds.ts';
import type { Clock } from './clock.ts';
import { heldDest, ownerOf } from './destination.ts';
import type { Effects } from './effects.ts';
import { addressOf, clientClosed, pongUnknown } from './frames.ts';
import { type Mailbox, NOTICE } from './mailbox.ts';
import type { Flights } from './passing/flights.ts';
import { wholeOf } from './passing/host-frame.ts';
import type { Ports } from './ports.ts';
import type { Servers } from './servers.ts';
import type { NewStream, Stream, Streams } from './streams.ts';

/** What a frame is of its message. */
export type Part = 'whole' | 'more follows' | 'last';

export interface StreamLifeOptions {
  readonly clock: Clock;
  readonly bounds: Bounds;
  readonly servers: Servers;
  readonly streams: Streams;
  readonly mailbox: Mailbox;
  readonly flights: Flights;
  readonly ports: Ports;
}

/** How streams begin, how much may wait on them, and how they end. Runs inside a transaction, as routing does. */
export class StreamLife {
  readonly #options: StreamLifeOptions;

  constructor(options: StreamLifeOptions) {
    this.#options = options;
  }

  open(stream: NewStream, effects: Effects): Stream {
    const { streams, bounds } = this.#options;
    const siblings = streams.ofClient(stream.clientId);
    if (siblings.length >= bounds.streamsPerClient) this.#evict(siblings, effects);
    return streams.open(stream);
  }

  /** Mails a frame of a stream, and gives its cursor. Where that is one too many, the stream is reset, and no other. */
  post(stream: Stream, mail: { dest: string; position: Position; frame: Buffer }, effects: Effects): number {
    const { mailbox, bounds, ports, clock } = this.#options;
    const cursor = mailbox.put({ ...mail, stream: stream.id }, clock.wall());
    effects.mailed.add(mail.dest);
    const own = mailbox.waiting(mail.dest, stream.id);
    const reader = mail.dest === heldDest(stream.serverId) ? stream.serverId : mail.dest;
    const overflows =
      own.bytes > (ports.has(reader) ? bounds.liveStreamBytes : bounds.streamBytes) || own.frames > bounds.streamFrames;
    if (overflows) this.reset(stream, effects);
    else this.#makeRoom(stream, mail.dest, effects);
    return cursor;
  }

  /** What is on its way to the controller in memory alone becomes mail, so that its host need not wait for the controller's ack. */
  land(stream: Stream, effects: Effects): void {
    const { flights, ports, streams } = this.#options;
    const frames = flights.takeAll(stream);
    const last = frames.at(-1)?.end;
    if (last === undefined) return;
    flights.find(stream)?.fallBehind(last);
    streams.change(stream, { down: last });
    effects.ack(stream.serverId, addressOf(stream), last);
    const port = ports.get(stream.dest);
    for (const { position, content } of frames) {
      const cursor = this.post(stream, { dest: stream.dest, position, frame: wholeOf(content) }, effects);
      if (stream.state !== 'open') return; // that was too much
      port?.hasHad(cursor);
    }
  }

  /** The same for all streams of a controller, for the link that it comes by next. */
  landAll(dest: string, effects: Effects): void {
    for (const stream of this.#inFlight(dest)) this.land(stream, effects);
  }

  /** Whether there is something to be landed for a controller. */
  anyInFlight(dest: string): boolean {
    return this.#inFlight(dest).length > 0;
  }

  /**
   * Mails to the stream's host. A host puts one message of a client together at a time and gives it up when a segment of another comes
   * (docs/protocol.md §3), so segments go out when all of theirs are there, whatever the client's other streams say meanwhile.
   */
  postToHost(stream: Stream, mail: { position: Position; frame: Buffer }, part: Part, effects: Effects): void {
    const { mailbox } = this.#options;
    const held = heldDest(stream.serverId);
    if (part === 'more follows') {
      this.post(stream, { ...mail, dest: held }, effects);
      return;
    }
    if (mailbox.waiting(held, stream.id).frames > 0) {
      if (part === 'last') mailbox.move(stream.id, held, stream.serverId);
      else mailbox.drop(stream.id, held); // their sender gave them up
    }
    this.post(stream, { ...mail, dest: stream.serverId }, effects);
  }

  /** Mails a frame that outlives its stream. Where the mailbox is full it is left out: the next ping finds the stream unknown. */
  notify(dest: string, text: string, effects: Effects): void {
    const { mailbox, bounds, clock } = this.#options;
    if (mailbox.waitingFor(ownerOf(dest)).frames >= bounds.destFrames) return;
    mailbox.put({ dest, stream: NOTICE, position: START, frame: Buffer.from(text) }, clock.wall());
    effects.mailed.add(dest);
  }

  /** Its controller has closed it. What it sent is known again if it comes again. */
  close(stream: Stream, effects: Effects): void {
    for (const dest of [stream.dest, heldDest(stream.serverId)]) this.#options.mailbox.drop(stream.id, dest);
    this.#dropFlight(stream, effects);
    this.#options.streams.change(stream, { state: 'closed', down: START, spoken: false });
  }

  /** Gives a stream up: its mail is dropped, and both sides are told. */
  reset(stream: Stream, effects: Effects): void {
    if (stream.state === 'reset') return;
    this.#options.streams.change(stream, { state: 'reset', down: START, spoken: false });
    this.#dropMail(stream, effects);
    this.notify(stream.serverId, clientClosed(stream), effects);
    this.#tellController(stream, effects);
  }

  /** A host that remembers nothing has begun anew: what it ever spoke on is over. Its controllers are told, now or when they return. */
  hostBeganAnew(serverId: string, effects: Effects): void {
    const { streams, mailbox, flights } = this.#options;
    for (const stream of streams.ofServer(serverId)) {
      this.land(stream, effects);
      if (stream.state !== 'open' || !stream.spoken) continue;
      flights.forget(stream);
      for (const dest of [serverId, heldDest(serverId)]) mailbox.drop(stream.id, dest);
      streams.change(stream, { state: 'closed', up: START, down: START, spoken: false });
      this.#tellController(stream, effects);
    }
  }

  /** A client may no longer reach a host: its streams there are forgotten, and the host is told. */
  cutOff(clientId: string, serverId: string, effects: Effects): void {
    for (const stream of this.#options.streams.ofClient(clientId)) {
      if (stream.serverId !== serverId) continue;
      this.#forget(stream, effects);
      this.notify(serverId, clientClosed(stream), effects);
    }
  }

  /** A host is no more: its streams are forgotten with their mail, and their controllers told. */
  removeServer(serverId: string, effects: Effects): void {
    for (const stream of this.#options.streams.ofServer(serverId)) {
      this.#forget(stream, effects);
      if (stream.state === 'open') this.#tellController(stream, effects);
    }
    this.#options.mailbox.dropAll(serverId);
  }

  /** A client is no more: nobody will come for its mail. */
  removeClient(clientId: string): void {
    this.#options.mailbox.dropAll(clientId);
  }

  /** What has waited or idled too long goes. */
  sweep(effects: Effects): void {
    const { streams, mailbox, clock, bounds } = this.#options;
    const now = clock.wall();
    for (const id of mailbox.staleStreams(now - bounds.mailLifeMs)) {
      const stream = streams.byId(id);
      if (stream !== undefined) this.reset(stream, effects);
    }
    mailbox.dropNotices(now - bounds.mailLifeMs);
    for (const stream of streams.all()) {
      const life = stream.state === 'open' ? bounds.mailLifeMs : bounds.closedStreamMs;
      const { dest, serverId, id } = stream;
      const waits = [dest, serverId, heldDest(serverId)].some((each) => mailbox.waiting(each, id).frames > 0);
      if (now - stream.touchedAt < life || waits) continue;
      if (stream.state === 'open') this.notify(serverId, clientClosed(stream), effects);
      this.#forget(stream, effects);
    }
  }

  /** Those that are no longer open go first, and of them the one idle longest. */
  #evict(siblings: Stream[], effects: Effects): void {
    const order = (a: Stream, b: Stream) =>
      Number(a.state === 'open') - Number(b.state === 'open') || a.touchedAt - b.touchedAt || a.id - b.id;
    const [victim] = siblings.sort(order);
    if (victim === undefined) return;
    if (victim.state === 'open') this.reset(victim, effects);
    this.#forget(victim, effects);
  }

  /** What a client's sessions that are away have left makes room first, the one idle longest; where there is none, the stream itself. */
  #makeRoom(stream: Stream, dest: string, effects: Effects): void {
    const { mailbox, streams, bounds, ports } = this.#options;
    const owner = ownerOf(dest);
    const isFull = () => {
      const { bytes, frames } = mailbox.waitingFor(owner);
      return bytes > bounds.destBytes || frames > bounds.destFrames;
    };
    if (!isFull()) return;
    const left = streams
      .ofClient(owner)
      .filter(
        (other) => other.dest !== dest && !ports.has(other.dest) && mailbox.waiting(other.dest, other.id).frames > 0,
      )
      .sort((a, b) => a.touchedAt - b.touchedAt || a.id - b.id);
    for (const victim of [...left, stream]) {
      this.reset(victim, effects);
      if (!isFull()) return;
    }
  }

  #inFlight(dest: string): Stream[] {
    const { streams, flights } = this.#options;
    return streams
      .ofClient(ownerOf(dest))
      .filter((stream) => stream.dest === dest && (flights.find(stream)?.frames ?? 0) > 0);
  }

  #forget(stream: Stream, effects: Effects): void {
    this.#dropMail(stream, effects);
    this.#options.streams.remove(stream);
  }

  #dropMail(stream: Stream, effects: Effects): void {
    for (const dest of [stream.dest, stream.serverId, heldDest(stream.serverId)])
      this.#options.mailbox.drop(stream.id, dest);
    this.#dropFlight(stream, effects);
  }

  /** Acked although nobody gets it: a stock host that waits for 128 acks stops speaking to everybody. */
  #dropFlight(stream: Stream, effects: Effects): void {
    const last = this.#options.flights.forget(stream);
    if (last !== null) effects.ack(stream.serverId, addressOf(stream), last);
  }

  #tellController({ serverId, clientId, streamId, dest }: Stream, effects: Effects): void {
    const env_id = this.#options.servers.get(serverId)?.environmentId;
    if (env_id === undefined) return;
    this.notify(dest, pongUnknown({ client_id: clientId, stream_id: streamId, env_id }), effects);
  }
}
