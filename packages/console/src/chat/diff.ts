export interface DiffLine {
  readonly sign: '+' | '-' | ' ' | '@';
  readonly text: string;
}

/** Lines of one change that are shown. */
export const MOST_DIFF_LINES = 2_000;

/** A unified diff, or the whole text of a file that is new or gone, as lines to draw. */
export function diffLines(diff: string, kind: 'add' | 'delete' | 'update'): { lines: DiffLine[]; left: number } {
  const all = diff.replace(/\n$/, '').split('\n');
  const unified = kind === 'update' || all.some((line) => /^@@ .*@@/.test(line));
  let inHunk = false;
  const lines = all.slice(0, MOST_DIFF_LINES).flatMap((line): DiffLine[] => {
    if (!unified) return [{ sign: kind === 'add' ? '+' : '-', text: line }];
    // only before the first hunk is `--- ` a header; in one it is a line that begins with `-- `, taken away
    if (line.startsWith('\\ ') || (!inHunk && /^(?:--- |\+\+\+ |diff |index )/.test(line))) return [];
    inHunk ||= line.startsWith('@@');
    if (line.startsWith('@@')) return [{ sign: '@', text: line }];
    const sign = line.charAt(0);
    return [{ sign: sign === '+' || sign === '-' ? sign : ' ', text: line.slice(1) }];
  });
  return { lines, left: Math.max(0, all.length - MOST_DIFF_LINES) };
}

export function countChanges(lines: readonly DiffLine[]): { added: number; removed: number } {
  const count = (sign: string) => lines.filter((line) => line.sign === sign).length;
  return { added: count('+'), removed: count('-') };
}
