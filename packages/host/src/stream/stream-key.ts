/** Names one stream. Ids may hold any character, so the pair goes in as JSON. */
export function streamKey(clientId: string, streamId: string): string {
  return JSON.stringify([clientId, streamId]);
}

export function fromStreamKey(key: string): [clientId: string, streamId: string] {
  return JSON.parse(key) as [string, string]; // made by streamKey
}
