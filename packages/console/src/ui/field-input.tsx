import { type Draft, entryOf, join, type Problems } from '../tools/draft.ts';
import type { Entry, Field } from '../tools/field.ts';

interface FieldProps {
  field: Field;
  draft: Draft;
  problems: Problems;
  /** Its place in the form, which its id is made of too. */
  where: string;
  form: string;
  required: boolean;
  change: (draft: Draft) => void;
}

/** The properties of an object, each with its name, its description and its problem. */
export function GroupInput({ entries, draft, where, change, ...rest }: Omit<FieldProps, 'field'> & GroupProps) {
  return entries.map((entry) => (
    <EntryInput
      key={entry.name}
      {...rest}
      entry={entry}
      draft={entryOf(draft, entry.name)}
      where={join(where, entry.name)}
      change={(value) => change({ ...(typeof draft === 'object' ? draft : {}), [entry.name]: value } as Draft)}
    />
  ));
}

interface GroupProps {
  entries: readonly Entry[];
}

function EntryInput({ entry, ...rest }: Omit<FieldProps, 'field' | 'required'> & { entry: Entry }) {
  const { field, title, description, required } = entry;
  const id = `${rest.form}-${rest.where}`;
  const problem = rest.problems.get(rest.where);
  const name = (
    <>
      {title}
      {required ? '' : <span class="quiet"> (optional)</span>}
    </>
  );
  const about = (
    <>
      {description !== '' && (
        <p class="quiet" id={`${id}-about`}>
          {description}
        </p>
      )}
      {problem !== undefined && (
        <p class="field-problem" id={`${id}-problem`}>
          {title} {problem}.
        </p>
      )}
    </>
  );
  if (field.kind === 'group' || field.kind === 'list') {
    return (
      <fieldset class="field" id={id} tabIndex={-1}>
        <legend>{name}</legend>
        {about}
        <FieldInput {...rest} field={field} required={required} />
      </fieldset>
    );
  }
  return (
    <div class="field">
      <label for={id}>
        {name}
        {field.kind === 'json' && <span class="quiet">, as JSON</span>}
      </label>
      {about}
      <FieldInput {...rest} field={field} required={required} />
    </div>
  );
}

export function FieldInput(props: FieldProps) {
  const { field, draft, where, form, problems, required, change } = props;
  const id = `${form}-${where}`;
  const text = typeof draft === 'string' ? draft : '';
  const common = {
    id,
    'aria-invalid': problems.has(where),
    'aria-describedby': `${id}-about ${id}-problem`,
    'aria-required': required,
  };
  switch (field.kind) {
    case 'group':
      return <GroupInput {...props} entries={field.entries} />;
    case 'list':
      return <ListInput {...props} item={field.item} />;
    case 'boolean':
    case 'choice': {
      const options = field.kind === 'choice' ? field.options.map((it, at) => [String(at), String(it)]) : YES_NO;
      return (
        <select {...common} value={text} onChange={(event) => change(event.currentTarget.value)}>
          <option value="">—</option>
          {options.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      );
    }
    case 'number':
      return (
        <input
          {...common}
          inputMode={field.integer ? 'numeric' : 'decimal'}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
        />
      );
    default:
      return (
        <textarea
          {...common}
          class={field.kind === 'json' ? 'mono' : ''}
          rows={field.kind === 'json' ? 3 : 1}
          spellcheck={field.kind === 'text'}
          value={text}
          onInput={(event) => change(event.currentTarget.value)}
        />
      );
  }
}

const YES_NO = [
  ['yes', 'yes'],
  ['no', 'no'],
];

function ListInput({ item, draft, where, change, ...rest }: Omit<FieldProps, 'field'> & { item: Field }) {
  const items: readonly Draft[] = Array.isArray(draft) ? draft : [];
  return (
    <>
      {items.map((value, at) => (
        <div key={at} class="list-item" role="group" aria-label={`Item ${at + 1}`}>
          <label class="sr-only" for={`${rest.form}-${join(where, at)}`}>
            Item {at + 1}
          </label>
          <FieldInput
            {...rest}
            field={item}
            draft={value}
            where={join(where, at)}
            change={(next) => change(items.with(at, next))}
          />
          <button type="button" class="small ghost" onClick={() => change(items.toSpliced(at, 1))}>
            Remove<span class="sr-only"> item {at + 1}</span>
          </button>
          {rest.problems.has(join(where, at)) && (
            <p class="field-problem" id={`${rest.form}-${join(where, at)}-problem`}>
              Item {at + 1} {rest.problems.get(join(where, at))}.
            </p>
          )}
        </div>
      ))}
      <button type="button" class="small" onClick={() => change([...items, ''])}>
        Add an item
      </button>
    </>
  );
}
