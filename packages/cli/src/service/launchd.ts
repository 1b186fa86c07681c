import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { type ServiceDefinition, type ServiceProgram, secretsFile, secretsText } from './definition.ts';
import { remove, writeService } from './files.ts';
import { labelOf, launchdPlist } from './launchd-plist.ts';
import type { ServiceChange, ServiceManager, ServiceStatus } from './manager.ts';
import type { System } from './system.ts';

/** The user's launch agents, on macOS. */
export class Launchd implements ServiceManager {
  readonly #system: System;

  constructor(system: System) {
    this.#system = system;
  }

  render(definition: ServiceDefinition): string {
    return launchdPlist(definition, this.#logFile(definition.program));
  }

  async install(definition: ServiceDefinition): Promise<ServiceChange> {
    const { program } = definition;
    const unit = this.#plistFile(program);
    const wrote = writeService(
      unit,
      this.render(definition),
      secretsFile(this.#system.config, program),
      secretsText(definition),
    );
    mkdirSync(dirname(this.#logFile(program)), { recursive: true });
    const before = await this.status(program);
    const changed = wrote || before.state !== 'running';
    if (changed) {
      await this.#launchctl(['bootout', this.#target(program)]); // what was not there need not go
      await this.#must(['bootstrap', this.#domain(), unit]);
    }
    return {
      changed,
      unit,
      advice: ['It runs while you are logged in.', `What it says: tail -f ${this.#logFile(program)}`],
    };
  }

  async uninstall(program: ServiceProgram): Promise<ServiceChange> {
    const unit = this.#plistFile(program);
    if (existsSync(unit)) await this.#launchctl(['bootout', this.#target(program)]);
    const removed = [remove(unit), remove(secretsFile(this.#system.config, program))];
    return { changed: removed.includes(true), unit, advice: [] };
  }

  async status(program: ServiceProgram): Promise<ServiceStatus> {
    const unit = this.#plistFile(program);
    const unknown = { unit, pid: null, since: null, lastExit: null, startsAtBoot: null };
    if (!existsSync(unit)) return { ...unknown, state: 'not installed' };
    const { code, stdout } = await this.#launchctl(['print', this.#target(program)]);
    if (code !== 0) return { ...unknown, state: 'stopped' };
    const value = (name: string) => new RegExp(`^\\s*${name} = (.*)$`, 'm').exec(stdout)?.[1]?.trim() ?? null;
    const pid = Number(value('pid') ?? 0);
    const exit = value('last exit code');
    const hasEnded = exit !== null && /^\d+/.test(exit);
    return {
      unit,
      state: pid > 0 ? 'running' : 'restarting',
      pid: pid > 0 ? pid : null,
      since: pid > 0 ? await this.#startOf(pid) : null,
      lastExit: hasEnded ? `exit code ${Number.parseInt(exit, 10)}` : null,
      startsAtBoot: false, // with the session
    };
  }

  /** launchd tells no moment; the process does. */
  async #startOf(pid: number): Promise<string | null> {
    const { stdout } = await this.#system.run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    const at = Date.parse(stdout.trim());
    return Number.isNaN(at) ? null : new Date(at).toISOString();
  }

  #plistFile(program: ServiceProgram): string {
    return join(this.#system.home, 'Library', 'LaunchAgents', `${labelOf(program)}.plist`);
  }

  #logFile(program: ServiceProgram): string {
    return join(this.#system.home, 'Library', 'Logs', `holdfast-${program}.log`);
  }

  #domain(): string {
    return `gui/${this.#system.uid}`;
  }

  #target(program: ServiceProgram): string {
    return `${this.#domain()}/${labelOf(program)}`;
  }

  #launchctl(args: readonly string[]) {
    return this.#system.run('launchctl', args);
  }

  async #must(args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.#launchctl(args);
    if (code !== 0) {
      throw new CliError(exitCodes.failed, `\`launchctl ${args.join(' ')}\` failed with ${code}: ${stderr.trim()}`);
    }
  }
}
