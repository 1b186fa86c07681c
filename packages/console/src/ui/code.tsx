import { Fragment } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Tokenize } from '../highlight/token.ts';

/** Longer code stays without colours: they are not worth the wait. */
const MOST_COLOURED = 20_000;

let loaded: Tokenize | null = null;

/** The highlighter, once it is there; null before, and for good where it cannot be loaded. */
export function useTokenize(wanted: boolean): Tokenize | null {
  const [tokenize, setTokenize] = useState(() => loaded);
  useEffect(() => {
    if (!wanted || tokenize !== null) return;
    let gone = false;
    import('../highlight/tokenize.ts').then(
      (module) => {
        loaded = module.tokenize;
        if (!gone) setTokenize(() => module.tokenize);
      },
      () => {}, // no network: it stays as it is
    );
    return () => {
      gone = true;
    };
  }, [wanted, tokenize]);
  return tokenize;
}

/** Code, with colours where its language is known. They change nothing about its size. */
export function Code({ text, language }: { text: string; language: string }) {
  const wanted = language !== '' && text.length <= MOST_COLOURED;
  const tokenize = useTokenize(wanted);
  return <Coloured text={text} language={language} tokenize={wanted ? tokenize : null} />;
}

interface ColouredProps {
  text: string;
  language: string;
  tokenize: Tokenize | null;
}

export function Coloured({ text, language, tokenize }: ColouredProps) {
  const tokens = useMemo(() => tokenize?.(language, text) ?? null, [text, language, tokenize]);
  if (tokens === null) return <>{text}</>;
  return (
    <>
      {tokens.map((token, at) =>
        token.kind === null ? (
          <Fragment key={at}>{token.text}</Fragment>
        ) : (
          <span key={at} class={`token-${token.kind}`}>
            {token.text}
          </span>
        ),
      )}
    </>
  );
}
