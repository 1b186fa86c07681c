export type { Curve, Figures, Recovery } from './figures/figures.ts';
export { policies } from './policies/index.ts';
export type { Policy, Program } from './policies/policy.ts';
export { parseScenario, ScenarioError } from './scenario/parse.ts';
export { type Scenario, ScenarioSchema } from './scenario/schema.ts';
export { shippedScenarios } from './scenario/shipped.ts';
export { type Run, type SimulateOptions, simulate } from './simulate.ts';
export { type StormResult, storm } from './storm.ts';
