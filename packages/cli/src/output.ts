/** Where a command writes. What it reports goes to stdout, what it tells on the way to stderr. */
export interface Output {
  readonly json: boolean;
  /** One object, as a line of JSON with `--json`, else as `text`. */
  report(value: object, text: string): void;
  /** For a person, on stderr; not with `--json`. */
  tell(text: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    report: (value, text) => {
      process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
    },
    tell: (text) => {
      if (!json) process.stderr.write(`${text}\n`);
    },
  };
}
