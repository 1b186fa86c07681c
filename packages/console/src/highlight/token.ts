/** What a piece of code is, as far as its colour goes. */
export type TokenKind = 'comment' | 'keyword' | 'literal' | 'name' | 'string' | 'type';

export interface Token {
  readonly kind: TokenKind | null;
  readonly text: string;
}

/** @returns null for a language that it does not know */
export type Tokenize = (language: string, code: string) => Token[] | null;
