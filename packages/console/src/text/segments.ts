/**
 * A text that grows, in pieces that can be drawn one by one: what is settled never changes again, so only the tail is looked at anew when
 * more comes. Pieces end between Markdown's blocks, or, where a block has no end, at a size.
 */
export interface Segments {
  readonly settled: readonly string[];
  readonly tail: string;
  readonly length: number;
}

export const EMPTY: Segments = { settled: [], tail: '', length: 0 };

/** A piece larger than this is cut, even inside a block. */
const MOST = 8_192;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])\s/;

export function append(segments: Segments, delta: string): Segments {
  const text = segments.tail + delta;
  const cuts = findCuts(text);
  if (cuts.length === 0) return { settled: segments.settled, tail: text, length: segments.length + delta.length };
  const settled = [...segments.settled];
  let from = 0;
  let reopened = '';
  for (const { at, fence } of cuts) {
    const piece = reopened + text.slice(from, at);
    settled.push(fence === null ? piece : `${piece}\n${fence.mark}`);
    reopened = fence === null ? '' : `${fence.opening}\n`;
    from = at;
  }
  return { settled, tail: reopened + text.slice(from), length: segments.length + delta.length };
}

export const segmentsOf = (text: string): Segments => append(EMPTY, text);

interface Fence {
  readonly mark: string;
  readonly opening: string;
}

interface Cut {
  readonly at: number;
  /** The code block that goes on over the cut, to be closed before it and opened again after it. */
  readonly fence: Fence | null;
}

function findCuts(text: string): Cut[] {
  const cuts: Cut[] = [];
  let start = 0;
  let fence: Fence | null = null;
  let blank = false;
  let inList = false;
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const whole = end !== -1;
    const line = text.slice(at, whole ? end : undefined);
    const isItem = LIST_ITEM.test(line);
    // a list goes on over blank lines, as long as items or indented text follow; half a line may yet become anything
    if (
      blank &&
      fence === null &&
      whole &&
      line.trim() !== '' &&
      at > start &&
      !(inList && (isItem || /^\s/.test(line)))
    ) {
      cuts.push({ at, fence: null });
      start = at;
      inList = false;
    }
    while ((whole ? end : text.length) - start > MOST) {
      const cut = cutAt(text, start, at);
      cuts.push({ at: cut, fence });
      start = cut;
    }
    if (!whole) break;
    if (at >= start) {
      fence = fenceAfter(line, fence);
      inList ||= isItem && fence === null;
      blank = line.trim() === '' && fence === null;
    }
    at = end + 1;
  }
  return cuts;
}

/** The beginning of the line under way, or, where that line alone is too long, the last space that fits. */
function cutAt(text: string, start: number, lineStart: number): number {
  if (lineStart > start) return lineStart;
  const space = text.lastIndexOf(' ', start + MOST);
  const cut = space > start + MOST / 2 ? space + 1 : start + MOST;
  const code = text.charCodeAt(cut - 1);
  return code >= 0xd800 && code <= 0xdbff ? cut - 1 : cut; // not through the middle of a sign
}

function fenceAfter(line: string, fence: Fence | null): Fence | null {
  const [, mark = '', info = ''] = FENCE.exec(line) ?? [];
  if (mark === '') return fence;
  if (fence === null) return mark.startsWith('`') && info.includes('`') ? null : { mark, opening: line };
  return mark.startsWith(fence.mark) && info.trim() === '' ? null : fence;
}
