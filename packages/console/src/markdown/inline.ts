import type { Inline } from './tree.ts';

/** Marks inside marks; deeper ones stay text. */
const MOST_DEPTH = 8;
const MARKS: readonly { readonly mark: string; readonly type: 'strong' | 'em' | 'del' }[] = [
  { mark: '**', type: 'strong' },
  { mark: '__', type: 'strong' },
  { mark: '~~', type: 'del' },
  { mark: '*', type: 'em' },
  { mark: '_', type: 'em' },
];
/** How far the end of a mark is looked for: what bounds the work on hostile text. */
const REACH = 2_000;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const WORD = /[\p{L}\p{N}]/u;

/** The inline part of Markdown. What it does not know, HTML above all, stays the text that it is. */
export function parseInline(text: string, depth = 0): Inline[] {
  const found: Inline[] = [];
  let plain = '';
  let at = 0;
  const add = (inline: Inline, next: number) => {
    if (plain !== '') found.push({ type: 'text', text: plain });
    plain = '';
    found.push(inline);
    at = next;
  };
  while (at < text.length) {
    const sign = text.charAt(at);
    const part = depth < MOST_DEPTH ? partAt(text, at, depth) : null;
    if (part !== null) add(part.inline, part.next);
    else if (sign === '\\' && ESCAPABLE.test(text.charAt(at + 1))) {
      plain += text.charAt(at + 1);
      at += 2;
    } else if (sign === '`') {
      // a run of backticks without its like is text, all of it
      const run = runLength(text, at, '`');
      plain += text.slice(at, at + run);
      at += run;
    } else {
      plain += sign;
      at += 1;
    }
  }
  if (plain !== '') found.push({ type: 'text', text: plain });
  return found;
}

interface Part {
  readonly inline: Inline;
  readonly next: number;
}

function partAt(text: string, at: number, depth: number): Part | null {
  switch (text.charAt(at)) {
    case '`':
      return codeAt(text, at);
    case '\n':
      return { inline: { type: 'break' }, next: at + 1 };
    case '[':
      return linkAt(text, at, depth);
    case '!':
      return text.charAt(at + 1) === '[' ? linkAt(text, at + 1, depth) : null; // an image is not loaded: it becomes a link
    case 'h':
      return bareLinkAt(text, at);
    case '*':
    case '_':
    case '~':
      return markAt(text, at, depth);
    default:
      return null;
  }
}

function codeAt(text: string, at: number): Part | null {
  const run = runLength(text, at, '`');
  const start = at + run;
  for (let end = text.indexOf('`', start); end !== -1 && end - start < REACH; ) {
    const length = runLength(text, end, '`');
    if (length === run) {
      const code = text.slice(start, end).replaceAll('\n', ' ');
      return { inline: { type: 'code', text: /^ .* $/.test(code) ? code.slice(1, -1) : code }, next: end + run };
    }
    end = text.indexOf('`', end + length);
  }
  return null;
}

function markAt(text: string, at: number, depth: number): Part | null {
  const found = MARKS.find(({ mark }) => text.startsWith(mark, at));
  if (found === undefined) return null;
  const { mark, type } = found;
  const start = at + mark.length;
  if (/^\s|^$/.test(text.charAt(start))) return null;
  if (mark.startsWith('_') && WORD.test(text.charAt(at - 1))) return null; // snake_case
  for (let end = text.indexOf(mark, start + 1); end !== -1 && end - start < REACH; end = text.indexOf(mark, end + 1)) {
    const single = mark.length > 1 || (text.charAt(end + 1) !== mark && text.charAt(end - 1) !== mark);
    const closes =
      !/\s/.test(text.charAt(end - 1)) && !(mark.startsWith('_') && WORD.test(text.charAt(end + mark.length)));
    if (single && closes) {
      return { inline: { type, children: parseInline(text.slice(start, end), depth + 1) }, next: end + mark.length };
    }
  }
  return null;
}

const LINK =
  /\[((?:[^[\]\\\n]|\\.){0,500})\]\(<?([^\s()<>]{1,2000}(?:\([^\s()]{0,200}\)[^\s()<>]{0,200})?)>?(?:\s+"[^"\n]{0,500}")?\)/y;

function linkAt(text: string, at: number, depth: number): Part | null {
  LINK.lastIndex = at;
  const match = LINK.exec(text);
  const href = safeHref(match?.[2] ?? '');
  if (match === null || href === null) return null;
  const label = match[1] === '' ? (match[2] ?? '') : (match[1] ?? '');
  return {
    inline: { type: 'link', href, children: parseInline(label, MOST_DEPTH - 1 > depth ? depth + 1 : MOST_DEPTH) },
    next: at + match[0].length,
  };
}

const BARE = /https?:\/\/[^\s<>"'`|\\^{}[\]]{1,2000}/y;

function bareLinkAt(text: string, at: number): Part | null {
  if (WORD.test(text.charAt(at - 1))) return null;
  BARE.lastIndex = at;
  const address = BARE.exec(text)?.[0].replace(/[.,;:!?*_~)]+$/, '');
  const href = safeHref(address ?? '');
  if (address === undefined || href === null) return null;
  return { inline: { type: 'link', href, children: [{ type: 'text', text: address }] }, next: at + address.length };
}

/** An address that a tap may open; null for scripts, data, files, and what leads to this very page. */
export function safeHref(address: string): string | null {
  const url = /^(?:https?:\/\/|mailto:)/i.test(address) ? URL.parse(address) : null;
  return url === null || url.username !== '' || url.password !== '' ? null : url.href;
}

function runLength(text: string, at: number, sign: string): number {
  let end = at;
  while (text.charAt(end) === sign) end += 1;
  return end - at;
}
