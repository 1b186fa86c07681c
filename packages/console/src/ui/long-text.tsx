import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Chunk, chunksOf, guessHeight } from '../text/chunks.ts';
import type { Segments } from '../text/segments.ts';
import { pure } from './pure.ts';

/** With fewer chunks than this a text is always there whole, for whoever searches in it or reads it by ear. */
const FEW = 8;
/** How far beyond what is seen a text is drawn. */
const MARGIN_PX = 1_500;

interface LongTextProps {
  segments: Segments;
  draw: (text: string, at: number) => ComponentChildren;
}

/** A text in pieces, of which those far from what is seen keep their room and nothing else. */
export function LongText({ segments, draw }: LongTextProps) {
  const pieces = segments.settled.length + 1;
  const chunks = chunksOf(pieces);
  return chunks.map((chunk) => (
    <TextChunk
      key={chunk.from}
      {...chunk}
      segments={segments}
      draw={draw}
      last={chunk.to === pieces ? segments.tail : ''}
      far={chunks.length > FEW && chunk.to < pieces}
    />
  ));
}

interface TextChunkProps extends Chunk, LongTextProps {
  /** The piece in it that still grows. */
  last: string;
  /** It may be left out. */
  far: boolean;
}

// what is settled stays as it is: where it begins and ends says all about it
const TextChunk = pure(
  ({ from, to, segments, draw, far }: TextChunkProps) => {
    const element = useRef<HTMLDivElement>(null);
    const [near, setNear] = useState(!far);
    const height = useRef<number | null>(null);
    const shown = near || !far;
    useLayoutEffect(() => {
      if (shown) height.current = null;
    }, [shown]);
    useEffect(() => {
      const { current } = element;
      if (!far || current === null) return;
      const observer = new IntersectionObserver(
        (entries) => {
          const isNear = entries.at(-1)?.isIntersecting === true;
          if (!isNear) height.current = current.offsetHeight;
          setNear(isNear);
        },
        { root: current.closest('.conversation'), rootMargin: `${MARGIN_PX}px 0px` },
      );
      observer.observe(current);
      return () => observer.disconnect();
    }, [far]);
    const texts = Array.from({ length: to - from }, (_, at) => segments.settled[from + at] ?? segments.tail);
    return (
      <div ref={element} class="chunk" style={shown ? {} : { height: `${height.current ?? guessHeight(texts)}px` }}>
        {shown && texts.map((text, at) => draw(text, from + at))}
      </div>
    );
  },
  ['from', 'to', 'last', 'far'],
);
