import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CONTROL_SOCKET } from '@holdfast/host/control-socket';
import { OPERATOR_SOCKET } from '@holdfast/relay/operator-socket';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';

/** Where things are kept unless `--data` says otherwise: `$HOLDFAST_HOME`, else the XDG state folder. */
export function stateHome(env: NodeJS.ProcessEnv = process.env): string {
  if (env['HOLDFAST_HOME']) return resolve(env['HOLDFAST_HOME']);
  return join(env['XDG_STATE_HOME'] ? resolve(env['XDG_STATE_HOME']) : join(homedir(), '.local', 'state'), 'holdfast');
}

/** `holdfast up` keeps its relay and its host in folders of their own below its own. */
export const places = {
  relay: (home: string) => join(home, 'relay'),
  host: (home: string) => join(home, 'host'),
  controller: (home: string) => join(home, 'controller'),
  /** The account that `holdfast login` keeps for a relay. */
  account: (home: string, relay: string) => join(home, 'accounts', `${nameFor(relay)}.json`),
};

function nameFor(relay: string): string {
  const { host } = new URL(relay);
  return `${host.replace(/[^a-z0-9.-]/gi, '_')}-${createHash('sha256').update(relay).digest('hex').slice(0, 8)}`;
}

/** The data folder of a relay: the one that is named, or that of an `up` which is. */
export function relayFolder(data: string | undefined): string {
  if (data === undefined) return places.relay(stateHome());
  const home = resolve(data);
  const inside = places.relay(home);
  return !existsSync(join(home, 'relay.db')) && existsSync(join(inside, 'relay.db')) ? inside : home;
}

/** The socket of the host that keeps its data in `data`: its own folder, or that of an `up`. @throws CliError when there is none */
export function findControlSocket(data: string | undefined): string {
  return findSocket('host', data, CONTROL_SOCKET);
}

/** Likewise of the relay. @throws CliError when there is none */
export function findOperatorSocket(data: string | undefined): string {
  return findSocket('relay', data, OPERATOR_SOCKET);
}

function findSocket(program: 'host' | 'relay', data: string | undefined, name: string): string {
  const home = data === undefined ? stateHome() : resolve(data);
  const candidates = [join(home, name), join(places[program](home), name)];
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new CliError(
    exitCodes.unavailable,
    `No ${program} runs with its data in ${home} (there is no ${candidates.join(' and no ')}). Start one with \`holdfast up\` or \`holdfast ${program}\`, or name its folder with --data.`,
  );
}
