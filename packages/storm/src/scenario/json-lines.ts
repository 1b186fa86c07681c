/** A step into a JSON value: a member's name or an element's number. */
export type Step = string | number;

/**
 * The line, from 1, on which a value of a JSON text stands, or the last of its parents that is there.
 *
 * @param text JSON that parses
 */
export function lineOf(text: string, path: readonly Step[]): number {
  let offset = new Walker(text).find(path);
  offset = Math.min(offset, text.length);
  return text.slice(0, offset).split('\n').length;
}

class Walker {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  find(path: readonly Step[]): number {
    let found = this.#value();
    for (const step of path) {
      const child = typeof step === 'number' ? this.#element(step) : this.#member(step);
      if (child === null) break;
      found = child;
    }
    return found;
  }

  /** Moves to the value of a member of the object here. @returns where the member's name stands */
  #member(name: string): number | null {
    if (this.#text[this.#at] !== '{') return null;
    this.#at += 1;
    while (this.#value() < this.#text.length && this.#text[this.#at] !== '}') {
      const start = this.#at;
      const key: unknown = JSON.parse(this.#skip());
      this.#value();
      this.#at += 1; // the colon
      this.#value();
      if (key === name) return start;
      this.#skip();
      this.#value();
      if (this.#text[this.#at] === ',') this.#at += 1;
    }
    return null;
  }

  #element(index: number): number | null {
    if (this.#text[this.#at] !== '[') return null;
    this.#at += 1;
    for (let passed = 0; this.#value() < this.#text.length && this.#text[this.#at] !== ']'; passed += 1) {
      if (passed === index) return this.#at;
      this.#skip();
      this.#value();
      if (this.#text[this.#at] === ',') this.#at += 1;
    }
    return null;
  }

  /** Moves over white space. @returns where the next thing stands */
  #value(): number {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#at;
  }

  /** Moves over the value here. @returns its text */
  #skip(): string {
    const start = this.#at;
    let depth = 0;
    do {
      const character = this.#text[this.#at] ?? '';
      if (character === '"') {
        for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1)
          if (this.#text[this.#at] === '\\') this.#at += 1;
      } else if (character === '{' || character === '[') {
        depth += 1;
      } else if (character === '}' || character === ']') {
        depth -= 1;
      }
      this.#at += 1;
    } while (this.#at < this.#text.length && (depth > 0 || !/[\s,:\]}]/.test(this.#text[this.#at] ?? '')));
    return this.#text.slice(start, this.#at);
  }
}
