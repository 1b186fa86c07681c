/** @param ms wall clock in milliseconds */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
