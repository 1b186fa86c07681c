import { listOf, member, textOf } from '../read.ts';

/** What a tool answered, as it is shown. */
export interface ToolResult {
  readonly bad: boolean;
  readonly parts: readonly ResultPart[];
  /** `structuredContent`, as text; null for none. */
  readonly structured: string | null;
}

export type ResultPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly type: string; readonly base64: string };

const MOST_RESULT = 200_000;
const MOST_PARTS = 100;
const MOST_IMAGE = 14 * 1024 * 1024;
/** Those that are pictures and nothing else: an SVG is a document. */
const IMAGES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** The answer to `tools/call`. */
export function readResult(answer: unknown): ToolResult {
  const structured = member(answer, 'structuredContent');
  const parts = listOf(answer, 'content').slice(0, MOST_PARTS).map(readPart);
  const nothing = parts.length === 0 && structured === undefined;
  return {
    bad: member(answer, 'isError') === true,
    parts: nothing ? [{ kind: 'text', text: cut(asJson(answer)) }] : parts,
    structured: structured === undefined ? null : cut(asJson(structured)),
  };
}

export const failure = (message: string): ToolResult => ({
  bad: true,
  parts: [{ kind: 'text', text: message }],
  structured: null,
});

function readPart(part: unknown): ResultPart {
  const type = textOf(part, 'mimeType');
  const base64 = textOf(part, 'data');
  if (textOf(part, 'type') === 'image' && base64 !== null && type !== null && IMAGES.includes(type)) {
    if (base64.length <= MOST_IMAGE) return { kind: 'image', type, base64 };
    return { kind: 'text', text: `An image (${type}) that is too large to be shown.` };
  }
  const resource = member(part, 'resource');
  return { kind: 'text', text: cut(textOf(part, 'text') ?? textOf(resource, 'text') ?? asJson(part)) };
}

const asJson = (value: unknown): string => JSON.stringify(value, null, 2) ?? '';

function cut(text: string): string {
  const rest = text.length - MOST_RESULT;
  return rest > 0 ? `${text.slice(0, MOST_RESULT)}\n… and ${rest.toLocaleString()} characters more` : text;
}
