import { parseBody, WireError } from '@holdfast/wire';
import { RpcRefusal, rpcCodes } from './errors.ts';

/** Answers one call: a result, or a promise of one. What it may refuse, it refuses by an `RpcRefusal`. */
export type Method = (params: unknown) => unknown;

/** The methods that a program answers, by name. */
export class Methods {
  readonly #methods: ReadonlyMap<string, Method>;

  constructor(methods: Readonly<Record<string, Method>>) {
    this.#methods = new Map(Object.entries(methods));
  }

  get names(): string[] {
    return [...this.#methods.keys()];
  }

  /** @throws RpcRefusal when there is no such method; and what the method throws */
  async call(name: string, params: unknown): Promise<unknown> {
    const method = this.#methods.get(name);
    if (method === undefined) {
      throw new RpcRefusal(
        rpcCodes.methodNotFound,
        `There is no method ${JSON.stringify(name.slice(0, 100))}; there are: ${this.names.join(', ')}.`,
      );
    }
    return method(params);
  }
}

/** A call's params, checked; none at all are `{}`. @throws RpcRefusal that names each member at fault */
export function readParams<T>(schema: Parameters<typeof parseBody<T>>[0], params: unknown): T {
  try {
    return parseBody(schema, params ?? {}, 'params');
  } catch (error) {
    throw error instanceof WireError ? new RpcRefusal(rpcCodes.invalidParams, `${error.message}.`) : error;
  }
}
