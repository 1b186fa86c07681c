import type { Duplex } from 'node:stream';
import { PROTOCOL_VERSION } from '@holdfast/wire';
import { Failure } from '../http/failure.ts';
import type { LinkSocket } from './link-socket.ts';

/** Whoever may open a websocket, by the name under which its mail goes, and what is done with it once it is open. */
export interface Newcomer {
  readonly key: string;
  /** Hosts listen from the first byte on. A controller of others may begin when its socket is open, and miss what came before. */
  readonly listensAtOnce: boolean;
  /** @param atOnce nothing has happened since it was recognised */
  welcome(socket: LinkSocket, transport: Duplex, atOnce: boolean): void;
}

/** @throws Failure 426 */
export function requireVersion(version: string | undefined): void {
  if (version !== PROTOCOL_VERSION) {
    throw new Failure(
      426,
      'protocol_version',
      `This relay speaks remote control version ${PROTOCOL_VERSION}, and no other.`,
    );
  }
}
