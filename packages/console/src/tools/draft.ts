import { isObject, member } from '../read.ts';
import type { Entry, Field } from './field.ts';

/** What a person has filled in so far: text as it was typed, the number of a choice, "yes" and "no"; '' for nothing. */
export type Draft = string | readonly Draft[] | { readonly [name: string]: Draft };

/** Where in a form something is wrong, as names and numbers joined by dots; '' for all of it. */
export type Problems = ReadonlyMap<string, string>;

/** The form with what the schema presets. */
export function firstDraft(field: Field, preset?: unknown): Draft {
  switch (field.kind) {
    case 'group':
      return Object.fromEntries(
        field.entries.map((entry) => [entry.name, firstDraft(entry.field, member(preset, entry.name) ?? entry.preset)]),
      );
    case 'list':
      return Array.isArray(preset) ? preset.map((item) => firstDraft(field.item, item)) : [];
    case 'choice': {
      const at = field.options.findIndex((option) => Object.is(option, preset));
      return at === -1 ? '' : String(at);
    }
    case 'boolean':
      return preset === undefined ? '' : preset === true ? 'yes' : 'no';
    case 'json':
      return preset === undefined ? '' : JSON.stringify(preset, null, 2);
    default:
      return typeof preset === 'string' || typeof preset === 'number' ? String(preset) : '';
  }
}

/** The draft as JSON, or what is wrong with it. */
export function readDraft(field: Field, draft: Draft): { readonly value: unknown } | { readonly problems: Problems } {
  const problems = new Map<string, string>();
  const value = read(field, draft, '', true, (where, why) => problems.set(where, why));
  return problems.size > 0 ? { problems } : { value: value ?? {} };
}

type Complain = (where: string, why: string) => void;

/** Undefined: left out. */
function read(field: Field, draft: Draft, where: string, required: boolean, complain: Complain): unknown {
  if (field.kind === 'group') return readGroup(field.entries, draft, where, required, complain);
  if (field.kind === 'list') {
    const items = Array.isArray(draft) ? draft : [];
    const values = items.map((item: Draft, at) => {
      const value = read(field.item, item, join(where, at), true, complain);
      if (value === undefined) complain(join(where, at), 'is empty');
      return value;
    });
    return items.length === 0 ? undefined : values;
  }
  const text = typeof draft === 'string' ? draft : '';
  if (text === '') return undefined;
  switch (field.kind) {
    case 'text':
      return text;
    case 'boolean':
      return text === 'yes';
    case 'choice':
      return field.options[Number(text)];
    case 'number':
      return readNumber(field, text, (why) => complain(where, why));
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        complain(where, 'is not JSON');
        return undefined;
      }
  }
}

function readNumber(field: Field & { kind: 'number' }, text: string, complain: (why: string) => void): number {
  const value = Number(text.replace(',', '.'));
  if (!Number.isFinite(value)) complain('is not a number');
  else if (field.integer && !Number.isInteger(value)) complain('is not a whole number');
  else if (field.least !== null && value < field.least) complain(`is less than ${field.least}`);
  else if (field.most !== null && value > field.most) complain(`is more than ${field.most}`);
  return value;
}

/** An optional object is there when something in it is: what is required in it counts only then. */
function readGroup(
  entries: readonly Entry[],
  draft: Draft,
  where: string,
  wanted: boolean,
  complain: Complain,
): unknown {
  const complaints: [string, string][] = [];
  const values: [string, unknown][] = [];
  for (const { name, required, field } of entries) {
    const at = join(where, name);
    const before = complaints.length;
    const value = read(field, entryOf(draft, name), at, required, (place, why) => complaints.push([place, why]));
    if (value !== undefined) values.push([name, value]);
    else if (required && field.kind === 'list') values.push([name, []]);
    else if (required && complaints.length === before) complaints.push([at, 'is required']);
  }
  const touched = wanted || values.length > 0 || complaints.some(([, why]) => why !== 'is required');
  if (touched) for (const [place, why] of complaints) complain(place, why);
  return touched ? Object.fromEntries(values) : undefined;
}

export function entryOf(draft: Draft, name: string): Draft {
  const found = isObject(draft) ? member(draft, name) : undefined;
  return typeof found === 'string' || isObject(found) || Array.isArray(found) ? (found as Draft) : ''; // it was made here
}

export const join = (where: string, name: string | number): string => (where === '' ? `${name}` : `${where}.${name}`);
