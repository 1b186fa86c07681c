/** What was typed and not sent, for when the page is closed or reloaded. */
const keyOf = (machineId: string) => `draft:${machineId}`;

export function readDraft(machineId: string): string {
  try {
    return localStorage.getItem(keyOf(machineId)) ?? '';
  } catch {
    return ''; // no storage: nothing was kept
  }
}

export function keepDraft(machineId: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(keyOf(machineId));
    else if (text !== localStorage.getItem(keyOf(machineId))) localStorage.setItem(keyOf(machineId), text);
  } catch {
    // full or forbidden: the draft lives as long as the page
  }
}
