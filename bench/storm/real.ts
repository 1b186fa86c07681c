// `npm run bench:storm -- --real`
import type { Row } from '../common/rows.ts';
import { compare, compareReport, compareRows, runSimulated } from './compare.ts';
import { runReal } from './real-fleet.ts';

/** Runs a real fleet, and then the simulated one, since they would slow each other. */
export async function runForReal(
  hosts: number,
  say: (what: string) => void,
): Promise<{ readonly rows: Row[]; readonly report: string }> {
  const real = await runReal(hosts, say);
  say(`${hosts} simulated hosts`);
  const compared = compare(real, await runSimulated(hosts));
  return { rows: compareRows(compared, real, hosts), report: compareReport(compared, real, hosts, new Date()) };
}
