import { isObject, listOf, member, numberOf, textOf } from '../read.ts';

/** What a person fills in for a JSON Schema; `json` for whatever no form can be made of. */
export type Field =
  | { readonly kind: 'text' }
  | { readonly kind: 'number'; readonly integer: boolean; readonly least: number | null; readonly most: number | null }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly options: readonly Simple[] }
  | { readonly kind: 'list'; readonly item: Field }
  | { readonly kind: 'group'; readonly entries: readonly Entry[] }
  | { readonly kind: 'json' };

export type Simple = string | number | boolean | null;

/** A property of an object. */
export interface Entry {
  readonly name: string;
  /** What it is called for a person. */
  readonly title: string;
  readonly description: string;
  readonly required: boolean;
  readonly field: Field;
  /** The schema's `default`, as it came; undefined for none. */
  readonly preset: unknown;
}

/** Objects inside each other; deeper ones are JSON. */
const MOST_DEPTH = 4;
const MOST_ENTRIES = 100;
const MOST_OPTIONS = 500;
/** Schemas that a form would only pretend to understand. */
const BEYOND = ['$ref', 'anyOf', 'oneOf', 'allOf', 'not', 'if', 'patternProperties', 'prefixItems'];

/** The form of a schema, such as a tool's `inputSchema`. */
export function readField(schema: unknown, depth = 0): Field {
  if (!isObject(schema) || BEYOND.some((name) => member(schema, name) !== undefined)) return { kind: 'json' };
  const options = listOf(schema, 'enum');
  if (options.length > 0) {
    return options.length <= MOST_OPTIONS && options.every(isSimple) ? { kind: 'choice', options } : { kind: 'json' };
  }
  switch (member(schema, 'type')) {
    case 'string':
      return { kind: 'text' };
    case 'number':
    case 'integer':
      return {
        kind: 'number',
        integer: member(schema, 'type') === 'integer',
        least: numberOf(schema, 'minimum'),
        most: numberOf(schema, 'maximum'),
      };
    case 'boolean':
      return { kind: 'boolean' };
    case 'array':
      return readList(schema);
    case 'object':
      return readGroup(schema, depth);
    default:
      return { kind: 'json' };
  }
}

function readList(schema: object): Field {
  const item = readField(member(schema, 'items'), MOST_DEPTH);
  return item.kind === 'json' || item.kind === 'group' || item.kind === 'list'
    ? { kind: 'json' }
    : { kind: 'list', item };
}

function readGroup(schema: object, depth: number): Field {
  const properties = member(schema, 'properties') ?? {};
  const names = isObject(properties) ? Object.keys(properties) : [];
  if (depth >= MOST_DEPTH || names.length > MOST_ENTRIES) return { kind: 'json' };
  // with names that only its user knows
  if (names.length === 0 && depth > 0) return { kind: 'json' };
  const required = listOf(schema, 'required');
  const entries = names.map((name): Entry => {
    const property = member(properties, name);
    return {
      name,
      title: textOf(property, 'title') ?? name,
      description: textOf(property, 'description') ?? '',
      required: required.includes(name),
      field: readField(property, depth + 1),
      preset: member(property, 'default'),
    };
  });
  return { kind: 'group', entries };
}

const isSimple = (value: unknown): value is Simple =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
