import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { type ServiceDefinition, type ServiceProgram, secretsFile, secretsText } from './definition.ts';
import { remove, writeService } from './files.ts';
import type { ServiceChange, ServiceManager, ServiceStatus } from './manager.ts';
import type { System } from './system.ts';
import { systemdUnit } from './systemd-unit.ts';

/** What `systemctl show` is asked for. */
const PROPERTIES = ['ActiveState', 'SubState', 'MainPID', 'ExecMainCode', 'ExecMainStatus', 'ActiveEnterTimestamp'];
/** `ExecMainCode` where a signal ended it (CLD_KILLED, CLD_DUMPED). */
const BY_SIGNAL = ['2', '3'];

/** The user's own systemd. */
export class Systemd implements ServiceManager {
  readonly #system: System;

  constructor(system: System) {
    this.#system = system;
  }

  render(definition: ServiceDefinition): string {
    return systemdUnit(definition);
  }

  async install(definition: ServiceDefinition): Promise<ServiceChange> {
    await this.#requireManager();
    const { program } = definition;
    const unit = this.#unitFile(program);
    const wrote = writeService(
      unit,
      this.render(definition),
      secretsFile(this.#system.config, program),
      secretsText(definition),
    );
    const before = await this.status(program);
    const changed = wrote || before.state !== 'running';
    if (changed) {
      await this.#must(['daemon-reload']);
      await this.#must(['enable', nameOf(program)]);
      await this.#must(['restart', nameOf(program)]);
    }
    const lingers = await this.#lingers();
    const advice =
      lingers === true
        ? []
        : [
            `It runs while you are logged in. To have it run from boot on, and after you log out: loginctl enable-linger ${this.#system.user}`,
          ];
    return { changed, unit, advice: [...advice, `What it says: journalctl --user -u ${nameOf(program)} -f`] };
  }

  async uninstall(program: ServiceProgram): Promise<ServiceChange> {
    const unit = this.#unitFile(program);
    if (existsSync(unit)) {
      await this.#requireManager();
      await this.#must(['disable', '--now', nameOf(program)]);
    }
    const removed = [remove(unit), remove(secretsFile(this.#system.config, program))];
    const changed = removed.includes(true);
    if (changed) await this.#must(['daemon-reload']);
    return { changed, unit, advice: [] };
  }

  async status(program: ServiceProgram): Promise<ServiceStatus> {
    const unit = this.#unitFile(program);
    if (!existsSync(unit)) {
      return { state: 'not installed', unit, pid: null, since: null, lastExit: null, startsAtBoot: null };
    }
    // times as seconds: else they are in words, of a zone that nobody parses
    const { stdout } = await this.#must([
      'show',
      nameOf(program),
      '--timestamp=unix',
      `--property=${PROPERTIES.join(',')}`,
    ]);
    const enabled = await this.#systemctl(['is-enabled', nameOf(program)]);
    return { unit, ...readShown(stdout), startsAtBoot: enabled.code === 0 && (await this.#lingers()) === true };
  }

  #unitFile(program: ServiceProgram): string {
    return join(this.#system.config, 'systemd', 'user', nameOf(program));
  }

  #systemctl(args: readonly string[]) {
    return this.#system.run('systemctl', ['--user', ...args]);
  }

  async #must(args: readonly string[]) {
    const ran = await this.#systemctl(args);
    if (ran.code === 0) return ran;
    throw new CliError(
      exitCodes.failed,
      `\`systemctl --user ${args.join(' ')}\` failed with ${ran.code}: ${ran.stderr.trim() || 'it said nothing'}`,
    );
  }

  /** Before anything is written: without it a unit would lie there for nothing. */
  async #requireManager(): Promise<void> {
    const { code, stderr } = await this.#systemctl(['show-environment']);
    if (code === 0) return;
    throw new CliError(
      exitCodes.unavailable,
      `This user has no systemd here (${stderr.trim().split('\n')[0] ?? `exit code ${code}`}). Log in by ssh or at the machine, not by su or sudo; in a container, use its own supervisor, and \`holdfast service install --dry-run\` for the command line.`,
    );
  }

  /** Null: not known. */
  async #lingers(): Promise<boolean | null> {
    const ran = await this.#system
      .run('loginctl', ['show-user', this.#system.user, '--property=Linger', '--value'])
      .catch(() => null);
    return ran === null || ran.code !== 0 ? null : ran.stdout.trim() === 'yes';
  }
}

function nameOf(program: ServiceProgram): string {
  return `holdfast-${program}.service`;
}

function readShown(text: string): Pick<ServiceStatus, 'state' | 'pid' | 'since' | 'lastExit'> {
  const shown = new Map(
    text.split('\n').map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );
  const active = shown.get('ActiveState');
  const isRunning = active === 'active';
  const state = isRunning
    ? 'running'
    : shown.get('SubState') === 'auto-restart' || active === 'activating'
      ? 'restarting'
      : active === 'failed'
        ? 'failed'
        : 'stopped';
  const pid = Number(shown.get('MainPID'));
  return {
    state,
    pid: isRunning && pid > 0 ? pid : null,
    since: isRunning ? moment(shown.get('ActiveEnterTimestamp')) : null,
    lastExit: lastExitOf(shown),
  };
}

function lastExitOf(shown: ReadonlyMap<string, string>): string | null {
  const code = shown.get('ExecMainCode') ?? '0';
  if (code === '0') return null; // it runs, or never ran
  const status = shown.get('ExecMainStatus');
  return BY_SIGNAL.includes(code) ? `ended by signal ${status}` : `exit code ${status}`;
}

/** `@1764038400`, as `--timestamp=unix` shows it. */
function moment(text = ''): string | null {
  const seconds = /^@(\d+)$/.exec(text)?.[1];
  return seconds === undefined ? null : new Date(Number(seconds) * 1000).toISOString();
}
