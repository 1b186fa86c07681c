/** One line of a chart. */
export interface Line {
  readonly name: string;
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface ChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** The axis's ends and marks are powers of ten. Zero is drawn at the lower end. */
  readonly logX?: boolean;
  readonly logY?: boolean;
  readonly lines: readonly Line[];
  /** Points with names beside them. */
  readonly dots?: readonly { readonly name: string; readonly color: string; readonly x: number; readonly y: number }[];
  /** A part of the x axis that is shaded. */
  readonly shaded?: readonly [from: number, to: number] | null;
  readonly yMax?: number;
}

const WIDTH = 760;
const HEIGHT = 300;
const LEFT = 62;
const RIGHT = 168;
const TOP = 34;
const BOTTOM = 42;
const LEGEND_STEP = 16;

/** The same colors in every picture; the first is Holdfast's. */
export const COLORS = [
  '#2563eb',
  '#dc2626',
  '#d97706',
  '#059669',
  '#7c3aed',
  '#db2777',
  '#0891b2',
  '#65a30d',
  '#9333ea',
  '#475569',
  '#b45309',
];

export function colorOf(index: number): string {
  return COLORS[index % COLORS.length] ?? 'black';
}

/** A chart as a self-contained SVG, readable on light and dark ground. */
export function svgChart(options: ChartOptions): string {
  const all = [
    ...options.lines.flatMap(({ points }) => points),
    ...(options.dots ?? []).map(({ x, y }) => [x, y] as const),
  ];
  const x = axis(
    all.map(([value]) => value),
    options.logX === true,
    [LEFT, WIDTH - RIGHT],
  );
  const y = axis([...all.map(([, value]) => value), options.yMax ?? 0], options.logY === true, [HEIGHT - BOTTOM, TOP]);
  const parts = [
    `<text x="${LEFT}" y="18" class="title">${escapeText(options.title)}</text>`,
    ...shade(options.shaded ?? null, x),
    ...x.marks.map(
      (mark) => `<text x="${n(x.at(mark))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${short(mark)}</text>`,
    ),
    ...y.marks.map((mark) => {
      const at = n(y.at(mark));
      return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" class="grid"/><text x="${LEFT - 6}" y="${at}" dy="4" text-anchor="end">${short(mark)}</text>`;
    }),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeText(options.xLabel)}</text>`,
    `<text transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escapeText(options.yLabel)}</text>`,
    ...options.lines.map(({ color, points }) => {
      const path = points.map(([px, py]) => `${n(x.at(px))},${n(y.at(py))}`).join(' ');
      return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="1.6"/>`;
    }),
    ...options.lines.map(({ name, color }, index) => legend(name, color, index)),
    ...(options.dots ?? []).flatMap((dot) => {
      const at = [n(x.at(dot.x)), n(y.at(dot.y))] as const;
      return [
        `<circle cx="${at[0]}" cy="${at[1]}" r="4" fill="${dot.color}"/>`,
        `<text x="${at[0] + 7}" y="${at[1] + 4}" style="fill:${dot.color}">${escapeText(dot.name)}</text>`,
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(options.title)}">
<style>text{font:11px system-ui,sans-serif;fill:#64748b}.title{font-size:13px;font-weight:600}.grid{stroke:#94a3b8;stroke-opacity:.25}</style>
${parts.join('\n')}
</svg>
`;
}

interface Axis {
  at(value: number): number;
  readonly marks: readonly number[];
}

function axis(values: readonly number[], isLog: boolean, [from, to]: readonly [number, number]): Axis {
  const positive = values.filter((value) => value > 0);
  const high = Math.max(1e-9, ...positive);
  if (!isLog) {
    const step = niceStep(high);
    const top = Math.ceil(high / step) * step;
    const marks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
    return { marks, at: (value) => from + ((to - from) * value) / top };
  }
  const least = Math.floor(Math.log10(Math.min(high, ...positive)));
  const most = Math.max(least + 1, Math.ceil(Math.log10(high)));
  const marks = Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index));
  const share = (value: number): number => (Math.log10(Math.max(value, 10 ** least)) - least) / (most - least);
  return { marks, at: (value) => from + (to - from) * share(value) };
}

/** About five marks, at 1, 2 or 5 times a power of ten. */
function niceStep(high: number): number {
  const rough = high / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

function shade(range: readonly [number, number] | null, x: Axis): string[] {
  if (range === null) return [];
  const [from, to] = [n(x.at(range[0])), n(x.at(range[1]))];
  return [
    `<rect x="${from}" y="${TOP}" width="${n(Math.max(1, to - from))}" height="${HEIGHT - TOP - BOTTOM}" fill="#94a3b8" fill-opacity=".18"/>`,
  ];
}

function legend(name: string, color: string, index: number): string {
  const y = TOP + 8 + index * LEGEND_STEP;
  const x = WIDTH - RIGHT + 12;
  return `<line x1="${x}" x2="${x + 14}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"/><text x="${x + 20}" y="${y + 4}">${escapeText(name)}</text>`;
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1e3) return `${value / 1e3}k`;
  return String(Math.round(value * 1000) / 1000);
}

function n(value: number): number {
  return Math.round(value * 10) / 10;
}

export function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
