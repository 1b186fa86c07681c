import { Fragment } from 'preact';
import { useMemo } from 'preact/hooks';
import { parseBlocks } from '../markdown/blocks.ts';
import type { Block, Inline } from '../markdown/tree.ts';
import type { Segments } from '../text/segments.ts';
import { Code } from './code.tsx';
import { LongText } from './long-text.tsx';
import { pure } from './pure.ts';

/** Markdown that may still grow: what is settled is parsed and drawn once. */
export function Markdown({ segments }: { segments: Segments }) {
  return (
    <div class="markdown">
      <LongText segments={segments} draw={drawPiece} />
    </div>
  );
}

// by the key that it keeps once it is settled, so that it stays the same element
const drawPiece = (text: string, at: number) => <Piece key={at} text={text} />;

const Piece = pure(({ text }: { text: string }) => {
  const blocks = useMemo(() => parseBlocks(text), [text]);
  return <div class="piece">{blocks.map(drawBlock)}</div>;
});

function drawBlock(block: Block, key: number) {
  switch (block.type) {
    case 'paragraph':
      return <p key={key}>{block.children.map(drawInline)}</p>;
    case 'heading':
      // below the page's own headings, whatever the agent thinks it is
      return (
        <p key={key} role="heading" aria-level={Math.min(6, block.level + 1)} class={`heading level-${block.level}`}>
          {block.children.map(drawInline)}
        </p>
      );
    case 'code':
      return (
        <pre
          key={key}
          tabIndex={0}
          role="group"
          aria-label={block.language === '' ? 'Code' : `Code: ${block.language}`}
        >
          <code>
            <Code text={block.text} language={block.language} />
          </code>
        </pre>
      );
    case 'list':
      return drawList(block, key);
    case 'quote':
      return <blockquote key={key}>{block.children.map(drawBlock)}</blockquote>;
    case 'table':
      return drawTable(block, key);
    case 'rule':
      return <hr key={key} />;
  }
}

function drawList({ start, items }: Block & { type: 'list' }, key: number) {
  const drawn = items.map((blocks, at) => {
    const [only] = blocks;
    return (
      <li key={at}>
        {blocks.length === 1 && only?.type === 'paragraph' ? only.children.map(drawInline) : blocks.map(drawBlock)}
      </li>
    );
  });
  return start === null ? (
    <ul key={key}>{drawn}</ul>
  ) : (
    <ol key={key} start={start}>
      {drawn}
    </ol>
  );
}

function drawTable({ head, rows }: Block & { type: 'table' }, key: number) {
  return (
    <div key={key} class="table" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {head.map((cell, at) => (
              <th key={at} scope="col">
                {cell.map(drawInline)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column}>{cell.map(drawInline)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function drawInline(inline: Inline, key: number) {
  switch (inline.type) {
    case 'text':
      return <Fragment key={key}>{inline.text}</Fragment>;
    case 'code':
      return <code key={key}>{inline.text}</code>;
    case 'strong':
      return <strong key={key}>{inline.children.map(drawInline)}</strong>;
    case 'em':
      return <em key={key}>{inline.children.map(drawInline)}</em>;
    case 'del':
      return <del key={key}>{inline.children.map(drawInline)}</del>;
    case 'link':
      // its address is shown on a long press or by the browser's own preview
      return (
        <a key={key} href={inline.href} title={inline.href} target="_blank" rel="noopener noreferrer nofollow">
          {inline.children.map(drawInline)}
        </a>
      );
    case 'break':
      return <br key={key} />;
  }
}
