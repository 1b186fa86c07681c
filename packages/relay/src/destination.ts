/**
 * Whom mail is for: a host by its server_id, a controller by its client_id, or one of several sessions of a client by
 * `client_id/session`. Neither id has a slash.
 */
export function controllerDest(clientId: string, session: string | null): string {
  return session === null ? clientId : `${clientId}/${session}`;
}

/**
 * Where the segments of a message for a host wait for the rest of it. It counts as the host's, and nobody reads it.
 */
export function heldDest(serverId: string): string {
  return `${serverId}/held`;
}

/** The server_id or client_id that a destination belongs to. */
export function ownerOf(dest: string): string {
  const end = dest.indexOf('/');
  return end === -1 ? dest : dest.slice(0, end);
}
