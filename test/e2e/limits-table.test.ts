import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (path: string) => readFileSync(`${root}${path}`, 'utf8');

interface Row {
  readonly what: string;
  readonly limit: string;
  /** Below `packages/`, and the names of the numbers in it. */
  readonly sources: readonly { readonly file: string; readonly names: readonly string[] }[];
}

/** What a name says itself, or what stands in another row: no bound of its own. */
const NOT_IN_THE_TABLE: Readonly<Record<string, string>> = {
  'relay/src/links/incoming.ts MAX_FRAME_BYTES': 'the largest message, with room for its envelope',
  'controller/src/clock.ts MAX_TIMER_MS': 'a slice of a wait, not a bound',
  'controller/src/session-token.ts MAX_WINDOW_MS': 'when a token is renewed',
  'controller/src/stream.ts MOST_OF_A_RUN': 'how numbers are packed',
  'local-socket/src/server.ts MAX_PATH_BYTES': 'docs/operations.md, "Data folders"',
};

function readTable(): Row[] {
  const section = textOf('docs/protocol.md').split('## 9. Limits')[1] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Whose'));
  return lines.map((line) => {
    const [, , what = '', limit = '', beyond, code = ''] = line.split('|').map((cell) => cell.trim());
    assert.ok(beyond !== undefined, line);
    const sources =
      code === ''
        ? []
        : code.split('; ').map((each) => {
            const [file = '', ...names] = [...each.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
            return { file, names };
          });
    return { what, limit, sources };
  });
}

/** A number, or a product of numbers and of constants of that file; null for what is none. */
function numberIn(source: string, name: string, depth = 0): number | null {
  const found =
    new RegExp(`(?:const|readonly) ${name}(?:: [^=;]+)? = ([^;]+);`).exec(source)?.[1] ??
    new RegExp(`\\b${name}: ([\\w *.]+?) ?[,\\n}]`).exec(source)?.[1] ??
    new RegExp(`\\b${name} \\?\\? ([\\w\\s*]+)\\)`).exec(source)?.[1];
  if (found === undefined || depth > 3) return null;
  const factors = found.split('*').map((factor) => {
    const text = factor.trim().replaceAll('_', '');
    return /^[\d.]+$/.test(text) ? Number(text) : numberIn(source, factor.trim(), depth + 1);
  });
  return factors.reduce<number | null>(
    (product, factor) => (product === null || factor === null ? null : product * factor),
    1,
  );
}

/** The forms that a number may have in the table. */
function formsOf(value: number): string[] {
  const units: readonly [number, string][] = [
    [1, ''],
    [1_024, ' KiB'],
    [1_024 ** 2, ' MiB'],
    [1_024 ** 2, ' Mi characters'],
    [1, ' ms'],
    [1_000, ' s'],
    [60_000, ' min'],
    [3_600_000, ' h'],
    [86_400_000, ' days'],
  ];
  return units
    .filter(([unit]) => value % unit === 0)
    .map(([unit, name]) => `${(value / unit).toLocaleString('en-US')}${name}`);
}

const says = (limit: string, form: string) =>
  new RegExp(`(?<![\\d,.])${form.replaceAll('.', '\\.')}(?![\\d]|,\\d)`).test(limit);

test('every limit in the table is the number that the code has', () => {
  const rows = readTable();
  assert.ok(rows.length > 70, 'the table was found');
  for (const { what, limit, sources } of rows) {
    for (const { file, names } of sources) {
      const source = textOf(`packages/${file}`);
      for (const name of names) {
        const value = numberIn(source, name);
        assert.ok(value !== null, `"${what}": packages/${file} has no number ${name}`);
        const forms = formsOf(value);
        assert.ok(
          forms.some((form) => says(limit, form)),
          `"${what}" says "${limit}", and ${name} in packages/${file} is ${forms.join(' or ')}`,
        );
      }
    }
  }
});

test('every bound in the code has its row in the table', () => {
  const stated = new Set(
    readTable().flatMap(({ sources }) => sources.flatMap(({ file, names }) => names.map((name) => `${file} ${name}`))),
  );
  const named = globSync('packages/{wire,host,relay,controller,local-socket,egress,forward}/src/**/*.ts', {
    cwd: root,
  }).flatMap((path) =>
    [...textOf(path).matchAll(/^(?:export )?const ((?:MAX|MOST)(?:_\w+)?)\b/gm)].map(
      ([, name]) => `${path.slice('packages/'.length)} ${name}`,
    ),
  );
  const members = (file: string, object: string) => {
    const body =
      new RegExp(`const ${object}[^=]*= \\{\\n([\\s\\S]*?)\\n\\}`).exec(textOf(`packages/${file}`))?.[1] ?? '';
    return [...body.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => `${file} ${name}`);
  };
  const bounds = [
    ...named,
    ...members('wire/src/limits.ts', 'limits'),
    ...members('relay/src/bounds.ts', 'defaultBounds'),
    ...members('relay/src/pressure/limits.ts', 'defaultPressureLimits'),
  ];
  assert.ok(bounds.length > 60, 'bounds were found');
  const missing = bounds.filter((bound) => !stated.has(bound) && NOT_IN_THE_TABLE[bound] === undefined);
  assert.deepEqual(missing, [], 'each wants a row in docs/protocol.md §9, with what happens beyond it');
  for (const exception of Object.keys(NOT_IN_THE_TABLE))
    assert.ok(bounds.includes(exception), `${exception} is no more`);
});
