export type { Policy, Program } from './policies/policy.ts';
export { type Scenario, ScenarioSchema } from './scenario/schema.ts';
export { type Run, type SimulateOptions, simulate } from './simulate.ts';
