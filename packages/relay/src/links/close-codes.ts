/** Why the relay ends a websocket (RFC 6455 §7.4; from 4000 on its own, docs/protocol.md §8). */
export const closeCodes = {
  goingAway: 1001,
  /** A binary frame. */
  unsupported: 1003,
  /** A frame that is not the JSON it should be. */
  malformed: 1007,
  /** A frame that breaks a rule of the wire. */
  policy: 1008,
  internal: 1011,
  /** It does not read what it is sent. */
  overloaded: 1013,
  /** A newer connection of the same host, or of the same session of a device, took its place. Coming back at once would only take that one's. */
  superseded: 4001,
  /** The host was removed from the relay. */
  removed: 4004,
  /** A device has more links at once than it may; the oldest is this one. */
  tooManySessions: 4008,
  /** The device was removed from a host. */
  revoked: 4003,
  /** The device did not prove that it holds its key, or not in time. */
  proofRefused: 4401,
} as const;
