import type { Scenario } from '../scenario/schema.ts';
import type { StormResult } from '../storm.ts';
import { linkedChart, loadChart, noticingChart } from './charts.ts';
import { COLUMNS, rowOf } from './rows.ts';
import { escapeText } from './svg-chart.ts';

const STYLE = `
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:980px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
td,th{padding:.3rem .5rem;border-bottom:1px solid #94a3b840;text-align:right}
td:first-child,th:first-child{text-align:left}
svg{width:100%;height:auto;margin:1rem 0}
pre{overflow:auto;font-size:12px}
.wide{overflow-x:auto}`;

/** A page that shows runs of one scenario. It asks nobody for anything. */
export function htmlReport(scenario: Scenario, results: readonly StormResult[]): string {
  const [first] = results;
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join('')}</tr>`;
  const titles = results.map(({ policy, title }) => `<li><b>${escapeText(policy)}</b>: ${escapeText(title)}</li>`);
  const stopped = results.some(({ isComplete }) => !isComplete)
    ? '<p>Stopped early: the last run is not complete.</p>'
    : '';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(scenario.name)}: a storm, simulated</title>
<style>${STYLE}</style>
<h1>${escapeText(scenario.name)}</h1>
<p>${escapeText(scenario.about)}</p>
<p>${first?.hosts ?? 0} hosts, ${scenario.duration} simulated seconds, seed “${escapeText(first?.seed ?? '')}”. The grey band is the trouble.</p>
${stopped}
<div class="wide"><table>
${cells('th', COLUMNS)}
${results.map((result) => cells('td', rowOf(result))).join('\n')}
</table></div>
${loadChart(scenario, results)}
${linkedChart(scenario, results)}
${results.some(({ figures }) => figures.noticing !== null) ? noticingChart(scenario, results) : ''}
<ul>${titles.join('')}</ul>
<details><summary>The scenario</summary><pre>${escapeText(JSON.stringify(scenario, null, 2))}</pre></details>
</html>
`;
}
