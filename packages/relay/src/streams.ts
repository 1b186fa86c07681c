import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Position, START } from '@holdfast/wire';
import type { Clock } from './clock.ts';
import { integer, type Row, text } from './stores/row.ts';

/**
 * `open`: frames pass both ways. `closed`: by its controller, or because its host began anew; a later message opens it again.
 * `reset`: given up by the relay; nothing passes any more.
 */
export type StreamState = 'open' | 'closed' | 'reset';

export interface Stream {
  readonly id: number;
  readonly serverId: string;
  readonly clientId: string;
  readonly streamId: string;
  /** Whose it is: where mail for its controller goes. */
  readonly dest: string;
  state: StreamState;
  /** The last that was taken from the controller. */
  up: Position;
  /** The last that was taken from the host. */
  down: Position;
  /** Whether the host ever spoke on it: then a host that begins anew cannot go on with it. */
  spoken: boolean;
  touchedAt: number;
}

export type NewStream = Pick<Stream, 'serverId' | 'clientId' | 'streamId' | 'dest'>;

/** What is known of each stream: in memory, and written back by `save`. */
export class Streams {
  readonly #byId = new Map<number, Stream>();
  /** By client, host and stream id. */
  readonly #byClient = new Map<string, Map<string, Map<string, Stream>>>();
  readonly #byServer = new Map<string, Set<Stream>>();
  readonly #dirty = new Set<Stream>();
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;

  constructor({ db, clock }: { db: DatabaseSync; clock: Clock }) {
    this.#db = db;
    this.#clock = clock;
    this.#insert = db.prepare(
      `INSERT INTO streams (server_id, client_id, stream_id, dest, state, up_seq, up_segment, down_seq, down_segment, spoken, touched_at)
       VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, 0, ?)`,
    );
    this.#update = db.prepare(
      'UPDATE streams SET state = ?, up_seq = ?, up_segment = ?, down_seq = ?, down_segment = ?, spoken = ?, touched_at = ? WHERE id = ?',
    );
    this.#delete = db.prepare('DELETE FROM streams WHERE id = ?');
    this.reload();
  }

  find(serverId: string, clientId: string, streamId: string): Stream | undefined {
    return this.#byClient.get(clientId)?.get(serverId)?.get(streamId);
  }

  byId(id: number): Stream | undefined {
    return this.#byId.get(id);
  }

  open({ serverId, clientId, streamId, dest }: NewStream): Stream {
    const touchedAt = this.#clock.wall();
    const { lastInsertRowid } = this.#insert.run(
      serverId,
      clientId,
      streamId,
      dest,
      START.seq,
      START.segment,
      START.seq,
      START.segment,
      touchedAt,
    );
    const stream: Stream = {
      id: Number(lastInsertRowid),
      serverId,
      clientId,
      streamId,
      dest,
      state: 'open',
      up: START,
      down: START,
      spoken: false,
      touchedAt,
    };
    this.#remember(stream);
    return stream;
  }

  change(stream: Stream, changes: Partial<Pick<Stream, 'state' | 'up' | 'down' | 'spoken'>>): void {
    Object.assign(stream, changes);
    stream.touchedAt = this.#clock.wall();
    this.#dirty.add(stream);
  }

  remove(stream: Stream): void {
    this.#delete.run(stream.id);
    this.#dirty.delete(stream);
    this.#byId.delete(stream.id);
    const ofClient = this.#byClient.get(stream.clientId);
    const both = ofClient?.get(stream.serverId);
    both?.delete(stream.streamId);
    if (both?.size === 0) ofClient?.delete(stream.serverId);
    if (ofClient?.size === 0) this.#byClient.delete(stream.clientId);
    const onServer = this.#byServer.get(stream.serverId);
    onServer?.delete(stream);
    if (onServer?.size === 0) this.#byServer.delete(stream.serverId);
  }

  ofClient(clientId: string): Stream[] {
    return [...(this.#byClient.get(clientId)?.values() ?? [])].flatMap((streams) => [...streams.values()]);
  }

  ofServer(serverId: string): Stream[] {
    return [...(this.#byServer.get(serverId) ?? [])];
  }

  /** Whether a stream is open on that host. */
  anyOpen(serverId: string): boolean {
    for (const { state } of this.#byServer.get(serverId) ?? []) if (state === 'open') return true;
    return false;
  }

  all(): Stream[] {
    return [...this.#byId.values()];
  }

  /** How many there are in each state. */
  counts(): Record<StreamState, number> {
    const counts = { open: 0, closed: 0, reset: 0 };
    for (const { state } of this.#byId.values()) counts[state] += 1;
    return counts;
  }

  /** Writes what has changed. Belongs into the transaction of the frames that changed it. */
  save(): void {
    for (const { state, up, down, spoken, touchedAt, id } of this.#dirty) {
      this.#update.run(state, up.seq, up.segment, down.seq, down.segment, spoken ? 1 : 0, touchedAt, id);
    }
    this.#dirty.clear();
  }

  /** Reads everything anew, after a transaction was taken back. */
  reload(): void {
    this.#byId.clear();
    this.#byClient.clear();
    this.#byServer.clear();
    this.#dirty.clear();
    for (const row of this.#db.prepare('SELECT * FROM streams').iterate()) this.#remember(toStream(row));
  }

  #remember(stream: Stream): void {
    this.#byId.set(stream.id, stream);
    const ofClient = this.#byClient.get(stream.clientId) ?? new Map<string, Map<string, Stream>>();
    const both = ofClient.get(stream.serverId) ?? new Map<string, Stream>();
    both.set(stream.streamId, stream);
    ofClient.set(stream.serverId, both);
    this.#byClient.set(stream.clientId, ofClient);
    const onServer = this.#byServer.get(stream.serverId) ?? new Set();
    onServer.add(stream);
    this.#byServer.set(stream.serverId, onServer);
  }
}

function toStream(row: Row): Stream {
  const state = text(row, 'state');
  return {
    id: integer(row, 'id'),
    serverId: text(row, 'server_id'),
    clientId: text(row, 'client_id'),
    streamId: text(row, 'stream_id'),
    dest: text(row, 'dest'),
    state: state === 'open' || state === 'closed' ? state : 'reset',
    up: { seq: integer(row, 'up_seq'), segment: integer(row, 'up_segment') },
    down: { seq: integer(row, 'down_seq'), segment: integer(row, 'down_segment') },
    spoken: integer(row, 'spoken') === 1,
    touchedAt: integer(row, 'touched_at'),
  };
}
