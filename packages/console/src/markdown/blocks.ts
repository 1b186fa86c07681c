import { parseInline } from './inline.ts';
import { isTableHead, readTable } from './table.ts';
import type { Block } from './tree.ts';

/** Lists and quotes inside each other; deeper ones are text. */
const MOST_DEPTH = 6;
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])( {1,4}|$)/;

/** The block part of Markdown, of what agents write: no HTML, no reference links, no indented code. */
export function parseBlocks(text: string, depth = 0): Block[] {
  const lines = text.replaceAll('\r', '').replaceAll('\t', '    ').split('\n');
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const endParagraph = () => {
    if (paragraph.length > 0) blocks.push({ type: 'paragraph', children: parseInline(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const taken = line.trim() === '' ? { block: null, lines: 1 } : takeBlock(lines, at, depth, paragraph.length > 0);
    if (taken === null) {
      paragraph.push(line.trim());
      at += 1;
      continue;
    }
    endParagraph();
    if (taken.block !== null) blocks.push(taken.block);
    at += taken.lines;
  }
  endParagraph();
  return blocks;
}

interface Taken {
  readonly block: Block | null;
  readonly lines: number;
}

function takeBlock(lines: readonly string[], at: number, depth: number, inParagraph: boolean): Taken | null {
  const line = lines[at] ?? '';
  const fence = FENCE.exec(line);
  if (fence !== null) return takeCode(lines, at, fence[1] ?? '', fence[2] ?? '');
  const heading = HEADING.exec(line);
  if (heading !== null) {
    const level = heading[1]?.length ?? 1;
    return { block: { type: 'heading', level, children: parseInline(heading[2] ?? '') }, lines: 1 };
  }
  if (RULE.test(line)) return { block: { type: 'rule' }, lines: 1 };
  if (!inParagraph && isTableHead(line, lines[at + 1] ?? '')) return readTable(lines, at);
  if (depth >= MOST_DEPTH) return null;
  if (QUOTE.test(line)) return takeQuote(lines, at, depth);
  const item = ITEM.exec(line);
  // in the middle of a paragraph only a list that begins at one: "In\n1984. It was" is none
  if (item === null || (inParagraph && ((item[3] ?? '1') !== '1' || item[4] === ''))) return null;
  return takeList(lines, at, depth);
}

function takeCode(lines: readonly string[], at: number, mark: string, info: string): Taken {
  const isEnd = (line: string) => line.trim().startsWith(mark) && line.trim().replaceAll(mark.charAt(0), '') === '';
  let end = at + 1;
  while (end < lines.length && !isEnd(lines[end] ?? '')) end += 1;
  const language = /^[\w+#.-]{1,30}/.exec(info)?.[0] ?? '';
  return { block: { type: 'code', language, text: lines.slice(at + 1, end).join('\n') }, lines: end + 1 - at };
}

function takeQuote(lines: readonly string[], at: number, depth: number): Taken {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end] ?? '')) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ''));
  return { block: { type: 'quote', children: parseBlocks(inner.join('\n'), depth + 1) }, lines: end - at };
}

function takeList(lines: readonly string[], at: number, depth: number): Taken {
  const first = ITEM.exec(lines[at] ?? '');
  const ordered = first?.[3] !== undefined;
  const items: string[][] = [];
  let indent = 0;
  let end = at;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    const indented = line.length - line.trimStart().length;
    const item = indented < Math.max(indent, 1) || items.length === 0 ? ITEM.exec(line) : null;
    if (item !== null && !RULE.test(line)) {
      if ((item[3] !== undefined) !== ordered) break;
      indent = item[0].length;
      items.push([line.slice(item[0].length)]);
    } else if (line.trim() === '') {
      const next = lines[end + 1] ?? '';
      const goesOn = next.trim() !== '' && (next.startsWith('  ') || ITEM.test(next));
      if (!goesOn) break;
      items.at(-1)?.push('');
    } else if (indented >= 2 || lines[end - 1]?.trim() !== '') {
      if (indented < 2 && (FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || RULE.test(line))) break;
      items.at(-1)?.push(line.slice(Math.min(indented, indent)));
    } else break;
  }
  const start = ordered ? Number(first?.[3]) : null;
  return {
    block: { type: 'list', start, items: items.map((item) => parseBlocks(item.join('\n'), depth + 1)) },
    lines: Math.max(1, end - at),
  };
}
