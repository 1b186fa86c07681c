// Gives every parser that takes a stranger's bytes as many inputs as are asked for: `npm run test:fuzz -- [--inputs N] [--seed S] [--target NAME]`.
// The same seed makes the same inputs.
import { mistaken, readOptions } from '../command-line.ts';
import { run } from './run.ts';
import { everyTarget } from './targets/index.ts';

const MIB = 1024 * 1024;
const USAGE = 'npm run test:fuzz -- [--inputs N] [--seed S] [--target NAME]';
const values = readOptions(
  {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    target: { type: 'string' },
  },
  USAGE,
);
const inputs = Number(values.inputs);
const every = await everyTarget();
const targets = every.filter(({ name }) => values.target === undefined || name === values.target);
if (!Number.isInteger(inputs) || inputs < 1)
  mistaken(`--inputs is a whole number above 0, not ${values.inputs}.`, USAGE);
if (targets.length === 0)
  mistaken(`No target is called ${values.target}; there are: ${every.map(({ name }) => name).join('; ')}.`, USAGE);

process.stdout.write(`${inputs} inputs, seed ${values.seed}\n\n`);
const findings = await run(targets, {
  seed: values.seed,
  inputs,
  onTarget: ({ name, inputs: tried, ms }) => {
    const heap = Math.round(process.memoryUsage().heapUsed / MIB);
    process.stdout.write(
      `${name.padEnd(30)} ${String(tried).padStart(9)} in ${(ms / 1000).toFixed(1).padStart(7)} s, heap ${heap} MiB\n`,
    );
  },
});
for (const { target, why, input, number } of findings) {
  process.stderr.write(
    `\n✖ ${target}: ${why}\n  input ${number}, ${input.length} characters: ${JSON.stringify(input).slice(0, 2_000)}\n`,
  );
  process.stderr.write(`  again: npm run test:fuzz -- --seed ${values.seed} --inputs ${inputs}\n`);
}
process.stdout.write(`\n${targets.length - findings.length} passed, ${findings.length} failed\n`);
process.exitCode = findings.length > 0 ? 1 : 0;
