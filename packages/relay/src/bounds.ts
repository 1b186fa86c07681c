const KIB = 1024;
const MIB = 1024 * KIB;

/** What a peer can make grow, and how far. Sizes are bytes, times are milliseconds. */
export interface Bounds {
  /** Mail of one stream to one destination that is away. Over it, the stream is reset (docs/protocol.md §7). */
  readonly streamBytes: number;
  /** The same while the destination is connected: it is slow, not gone. */
  readonly liveStreamBytes: number;
  readonly streamFrames: number;
  /** All mail of one host, or of all sessions of one client. Over it, sessions that are away make room, else the stream whose frame was one too many is reset. */
  readonly destBytes: number;
  readonly destFrames: number;
  /** Mail waits no longer than this; then its stream is reset. */
  readonly mailLifeMs: number;
  /** Streams of one client; the one idle longest goes. */
  readonly streamsPerClient: number;
  /** Live links of one client, each a session of its own; the oldest is closed. */
  readonly sessionsPerClient: number;
  /** A closed stream's positions are remembered this long, so that what is sent again is known again. */
  readonly closedStreamMs: number;
  /** What a controller was sent of one stream in memory alone, and has not acked. Over it, all of that goes to its mailbox. */
  readonly flightFrames: number;
  readonly flightBytes: number;
  /** The same of all streams. */
  readonly allFlightBytes: number;
  /** What one websocket may hold unsent; the rest waits in the mailbox. */
  readonly socketBytes: number;
  /** Sockets at a time, of whatever kind; one more is closed as it comes. */
  readonly connections: number;
  /** The same of one address; see `AddressLimits`. */
  readonly connectionsPerAddress: number;
  /** Requests and handshakes of one address. Over it they are answered with 429. */
  readonly requestsPerMinute: number;
  /** Requests with a token of one account. Over it they are answered with 429. */
  readonly accountRequestsPerMinute: number;
  /** How long a request's headers, and all of it, may take to come. */
  readonly headersMs: number;
  readonly requestMs: number;
}

export const defaultBounds: Bounds = {
  streamBytes: 64 * MIB,
  liveStreamBytes: 256 * MIB,
  streamFrames: 32 * KIB,
  destBytes: 512 * MIB,
  destFrames: 128 * KIB,
  mailLifeMs: 24 * 3600_000,
  streamsPerClient: 256,
  sessionsPerClient: 16,
  closedStreamMs: 10 * 60_000,
  flightFrames: 2 * KIB,
  flightBytes: 40 * MIB,
  allFlightBytes: 256 * MIB,
  socketBytes: 4 * MIB,
  connections: 10_000,
  connectionsPerAddress: 512,
  requestsPerMinute: 1_200,
  accountRequestsPerMinute: 60_000,
  headersMs: 10_000,
  requestMs: 30_000,
};
