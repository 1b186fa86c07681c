import type { ServiceDefinition, ServiceProgram } from './definition.ts';

/** What is true of a service. Times are RFC 3339; null where there is none. */
export interface ServiceStatus {
  readonly state: 'not installed' | 'running' | 'restarting' | 'stopped' | 'failed';
  /** The unit's file, whether it is there or not. */
  readonly unit: string;
  readonly pid: number | null;
  readonly since: string | null;
  /** How it last ended, for a person: `exit code 2`. */
  readonly lastExit: string | null;
  /** Whether it starts with the machine, and not only when its user logs in. Null: not known. */
  readonly startsAtBoot: boolean | null;
}

/** What was changed; a second time nothing is. */
export interface ServiceChange {
  readonly changed: boolean;
  readonly unit: string;
  /** What the person may want to do now. */
  readonly advice: readonly string[];
}

/** What keeps programs running on this machine. Each may throw a CliError. */
export interface ServiceManager {
  /** The unit, as it would be written. */
  render(definition: ServiceDefinition): string;
  /** Writes it, has it start with the session or the machine, and starts it; anew if it has changed. */
  install(definition: ServiceDefinition): Promise<ServiceChange>;
  /** Stops it and removes what `install` wrote. Data stays. */
  uninstall(program: ServiceProgram): Promise<ServiceChange>;
  status(program: ServiceProgram): Promise<ServiceStatus>;
}
