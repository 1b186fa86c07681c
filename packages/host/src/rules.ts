/**
 * What decides when a host asks its relay for something. All of it takes its clock, its randomness and its connections from whoever
 * makes it, so that a simulator runs it as it is.
 */
export { EndpointDeadline, type EndpointDeadlineOptions } from './gate/endpoint-deadline.ts';
export { GateError } from './gate/gate-error.ts';
export { ServerEndpoint } from './gate/server-endpoint.ts';
export { reconnectDelay } from './link/backoff.ts';
export type { Connect, ConnectionEvents, ConnectOutcome, LinkConnection } from './link/connect.ts';
export { Link, type LinkOptions } from './link/link.ts';
export type { WatchSurroundings } from './link/surroundings.ts';
export { RelayRequestError } from './relay-request.ts';
