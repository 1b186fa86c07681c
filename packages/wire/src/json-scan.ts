import { WireError } from './errors.ts';

const STRUCTURE = /["{}[\]]/g;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
const SPACE = /[ \t\r\n]*/y;

/** Members one envelope may have; a stock peer sends at most nine. */
const MAX_MEMBERS = 32;

const malformed = (what: string) => new WireError('ERR_WIRE_JSON', `not a JSON object: ${what}`);

function afterSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.test(text);
  return SPACE.lastIndex;
}

/** The index after the string whose opening quote is at `at`. */
function afterString(text: string, at: number): number {
  let quote = at;
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    if (quote === -1) throw malformed('a string has no end');
    let backslash = quote - 1;
    while (text.charCodeAt(backslash) === 0x5c) backslash -= 1;
    if ((quote - backslash) % 2 === 1) return quote + 1;
  }
}

function afterNested(text: string, at: number): number {
  let depth = 0;
  let next = at;
  for (;;) {
    STRUCTURE.lastIndex = next;
    const found = STRUCTURE.exec(text);
    if (found === null) throw malformed('a bracket is not closed');
    const char = found[0];
    next = found.index + 1;
    if (char === '"') next = afterString(text, found.index);
    else if (char === '{' || char === '[') depth += 1;
    else depth -= 1;
    if (depth === 0) return next;
  }
}

function afterValue(text: string, at: number): number {
  const char = text[at];
  if (char === '"') return afterString(text, at);
  if (char === '{' || char === '[') return afterNested(text, at);
  SCALAR.lastIndex = at;
  if (!SCALAR.test(text)) throw malformed('a value is missing or malformed');
  return SCALAR.lastIndex;
}

/**
 * The raw text of each member of a JSON object, without reading what is inside it: a relay finds the ids beside a message of any size
 * and passes the message on byte for byte, numbers beyond 2^53 and repeated keys included.
 *
 * Only the object's own level is checked. A nested value ends where its brackets balance; whoever uses it parses it.
 *
 * @throws WireError `ERR_WIRE_JSON`
 */
export function scanObject(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let at = afterSpace(text, 0);
  if (text[at] !== '{') throw malformed('it does not start with {');
  at = afterSpace(text, at + 1);
  if (text[at] !== '}') {
    for (;;) {
      if (text[at] !== '"') throw malformed('a member has no name');
      const nameEnd = afterString(text, at);
      const name = parseString(text.slice(at, nameEnd));
      at = afterSpace(text, nameEnd);
      if (text[at] !== ':') throw malformed('a member has no value');
      const start = afterSpace(text, at + 1);
      const end = afterValue(text, start);
      if (members.has(name)) throw malformed('a member is there twice');
      if (members.size === MAX_MEMBERS) throw malformed(`it has more than ${MAX_MEMBERS} members`);
      members.set(name, text.slice(start, end));
      at = afterSpace(text, end);
      if (text[at] === '}') break;
      if (text[at] !== ',') throw malformed('a comma is missing');
      at = afterSpace(text, at + 1);
    }
  }
  if (afterSpace(text, at + 1) !== text.length) throw malformed('something follows it');
  return members;
}

/** The value of a JSON string given with its quotes. */
export function parseString(raw: string): string {
  if (raw.charCodeAt(0) !== 0x22) throw malformed('a string was expected');
  try {
    return JSON.parse(raw) as string; // a text that starts with a quote parses to a string or throws
  } catch {
    throw malformed('a string is malformed');
  }
}
