import type { Authority } from '../authority/authority.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Meter } from '../figures/meter.ts';
import type { Scenario } from '../scenario/schema.ts';

/** What all machines of a fleet share. */
export interface World {
  readonly simulation: Simulation;
  readonly authority: Authority;
  readonly meter: Meter;
  readonly scenario: Scenario;
}
