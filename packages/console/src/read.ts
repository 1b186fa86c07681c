/**
 * What comes from an agent is looked at member by member: nothing about its shape is taken on trust. `Shape` is the type that its
 * protocol gives it, and checks no more than that there is such a member.
 */

/** Members of a type; of a union, those of any. */
type NameIn<Shape> = Shape extends unknown ? keyof Shape & string : never;
type Any = Record<string, unknown>;

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function member<Shape = Any>(value: unknown, name: NameIn<Shape>): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

export function textOf<Shape = Any>(value: unknown, name: NameIn<Shape>): string | null {
  const found = member<Shape>(value, name);
  return typeof found === 'string' ? found : null;
}

export function numberOf<Shape = Any>(value: unknown, name: NameIn<Shape>): number | null {
  const found = member<Shape>(value, name);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

export function listOf<Shape = Any>(value: unknown, name: NameIn<Shape>): readonly unknown[] {
  const found = member<Shape>(value, name);
  return Array.isArray(found) ? found : [];
}
