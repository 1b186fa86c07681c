import type { Seeded } from '@holdfast/testkit';

/** What parsers trip over. */
const TOKENS = [
  ...[
    '"',
    '\\',
    '\\"',
    '\\\\',
    '\\u0000',
    '\\ud800',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '{}',
    '[]',
    '""',
    'null',
    'true',
    '0',
    '-0',
    '1e999',
  ],
  ...[
    '9007199254740993',
    '-1',
    '1.5',
    '00',
    '1e0',
    '0x10',
    'NaN',
    'Infinity',
    '__proto__',
    'constructor',
    'toString',
    ' ',
    '\t',
    '\r\n',
  ],
  ...[
    '\n',
    '\0',
    '\u00ff',
    '\u2028',
    '\ud83d\ude00',
    '\ud800',
    '\ufeff',
    '%00',
    '%2e%2e',
    '../',
    '//',
    '@',
    '#',
    '?',
    '&',
    '=',
    '==',
    '.',
    '::',
  ],
  ...[
    '::ffff:',
    '127.0.0.1',
    'localhost',
    '[::1]',
    'Bearer ',
    ';',
    '\u0130',
    '\u212a',
    '\u0661',
    'GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT',
  ],
];
const NUMBERS = [
  '0',
  '-1',
  '1',
  '255',
  '65536',
  '2147483648',
  '9007199254740991',
  '9007199254740992',
  '1e308',
  '99999999999999999999',
];
/** One in so many is made very long, so that what is slow shows. */
const LONG = 400;
const MAX_LENGTH = 200_000;

type Change = (input: string, random: Seeded, seeds: readonly string[]) => string;

const changes: readonly Change[] = [
  (input, random) => splice(input, random, 1, String.fromCharCode(random.between(0, 255))),
  (input, random) => splice(input, random, 0, random.pick(TOKENS)),
  (input, random) => splice(input, random, random.between(1, 4), random.pick(TOKENS)),
  (input, random) => splice(input, random, random.between(1, 8), ''),
  (input, random) => input.slice(0, random.between(0, input.length)),
  (input, random) => splice(input, random, 0, spanOf(input, random)),
  (input, random, seeds) => input.slice(0, random.between(0, input.length)) + spanOf(random.pick(seeds), random),
  (input, random) => input.replace(/-?\d+/g, (digits) => (random.chance(0.3) ? random.pick(NUMBERS) : digits)),
  (input, random) => mutateJson(input, random),
  (input, random) => mutateJson(input, random),
];

/** An input made from a valid one by a few changes, or, now and then, from nothing. */
export function mutate(seeds: readonly string[], random: Seeded): string {
  if (random.chance(0.03)) return noise(random);
  let input = random.pick(seeds);
  if (random.chance(0.03)) return input;
  for (let left = random.between(1, 4); left > 0; left -= 1) input = random.pick(changes)(input, random, seeds);
  if (random.chance(1 / LONG)) {
    const span = spanOf(input, random) || random.pick(TOKENS);
    input = splice(input, random, 0, span.repeat(Math.ceil(random.between(1_000, 60_000) / span.length)));
  }
  return input.slice(0, MAX_LENGTH);
}

function noise(random: Seeded): string {
  return Array.from({ length: random.between(0, 60) }, () => String.fromCharCode(random.between(0, 255))).join('');
}

function splice(input: string, random: Seeded, remove: number, put: string): string {
  const at = random.between(0, input.length);
  return input.slice(0, at) + put + input.slice(at + remove);
}

function spanOf(input: string, random: Seeded): string {
  const from = random.between(0, input.length);
  return input.slice(from, from + random.between(1, 40));
}

/** The same document with a value, a name or a member changed; text that is no JSON stays as it is. */
function mutateJson(input: string, random: Seeded): string {
  let document: unknown;
  try {
    document = JSON.parse(input);
  } catch {
    return input;
  }
  if (typeof document !== 'object' || document === null) return oddValue(random);
  const entries = Object.entries(document);
  if (entries.length === 0) return `{"x":${oddValue(random)}}`;
  const chosen = random.between(0, entries.length - 1);
  const members = entries.map(([name, value], index) => {
    const text = JSON.stringify(value);
    if (index !== chosen) return [JSON.stringify(name), text] as const;
    const how = random.between(0, 4);
    if (how === 0) return [JSON.stringify(random.pick(TOKENS)), text] as const;
    if (how === 1) return [JSON.stringify(name), mutateJson(text, random)] as const;
    return [JSON.stringify(name), oddValue(random)] as const;
  });
  const extra = members[random.between(0, members.length - 1)];
  if (extra !== undefined && random.chance(0.15)) members.push(extra); // a member that is there twice
  if (random.chance(0.1)) members.splice(chosen, 1);
  const space = random.chance(0.2) ? random.pick([' ', '\n', '\t\r']) : '';
  if (Array.isArray(document)) return `[${members.map(([, text]) => text).join(`,${space}`)}]`;
  return `{${space}${members.map(([name, text]) => `${name}${space}:${space}${text}`).join(`${space},`)}}`;
}

function oddValue(random: Seeded): string {
  switch (random.between(0, 7)) {
    case 0:
      return random.pick(NUMBERS);
    case 1:
      return JSON.stringify(random.pick(TOKENS));
    case 2:
      return random.pick(['null', 'true', '[]', '{}', '""', '[[]]', '{"a":{"b":[1,{"c":null}]}}']);
    case 3:
      return `"${'x'.repeat(random.between(200, 600))}"`;
    case 4: {
      const depth = random.between(1, 3_000);
      return `${'['.repeat(depth)}${']'.repeat(depth)}`;
    }
    case 5:
      return `"\\u${random.between(0, 0xffff).toString(16).padStart(4, '0')}"`;
    case 6:
      return random.pick(TOKENS);
    default:
      return String(random.between(-5, 300));
  }
}
