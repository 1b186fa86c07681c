import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import makefile from 'highlight.js/lib/languages/makefile';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';
import type { Token, Tokenize, TokenKind } from './token.ts';

/** This module is large, and loaded only once there is code to colour. */
const lowlight = createLowlight({
  ...{ bash, c, cpp, csharp, css, diff, dockerfile, go, ini, java, javascript, json, kotlin, makefile, php, python },
  ...{ ruby, rust, sql, swift, typescript, xml, yaml },
});
lowlight.registerAlias({ typescript: ['tsx', 'mts', 'cts'], javascript: ['jsx', 'mjs', 'cjs'], ini: ['toml', 'conf'] });

/** The highlighter's scopes by our kinds; what is not here has no colour. */
const KINDS: ReadonlyMap<string, TokenKind> = new Map([
  ...kind('comment', 'comment', 'quote', 'meta'),
  ...kind('keyword', 'keyword', 'selector-tag', 'section', 'doctag', 'deletion'),
  ...kind('literal', 'literal', 'number', 'symbol', 'bullet', 'variable'),
  ...kind('name', 'title', 'name', 'attr', 'attribute', 'property', 'selector-class', 'selector-id'),
  ...kind('string', 'string', 'regexp', 'link', 'addition', 'code'),
  ...kind('type', 'type', 'built_in', 'params', 'class'),
]);

function kind(of: TokenKind, ...scopes: string[]): [string, TokenKind][] {
  return scopes.map((scope) => [`hljs-${scope}`, of]);
}

/** As much of the highlighter's tree as is used. */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly properties?: { readonly className?: unknown };
  readonly children?: readonly Node[];
}

export const tokenize: Tokenize = (language, code) => {
  const name = language.toLowerCase();
  return lowlight.registered(name) ? tokensOf(lowlight.highlight(name, code), null) : null;
};

/** Flat, since colours do not add up: the innermost that has one counts. */
function tokensOf(node: Node, around: TokenKind | null): Token[] {
  if (node.type === 'text') return [{ kind: around, text: node.value ?? '' }];
  const classes = node.properties?.className;
  const own = Array.isArray(classes) ? KINDS.get(String(classes[0])) : undefined;
  return (node.children ?? []).flatMap((child) => tokensOf(child, own ?? around));
}
