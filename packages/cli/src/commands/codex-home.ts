import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isLoopbackHost } from '@holdfast/wire';
import { Command, Option } from 'commander';
import { accountSource } from '../account-source.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { openEgress } from '../open-egress.ts';
import { caFileOption, jsonOption, parseListen, relayOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { codexCredentials } from '../relay-account.ts';
import { FORWARD_LISTEN } from './forward.ts';

interface CodexHomeFlags {
  relay: string;
  out: string;
  forward?: { host: string; port: number };
  caFile?: string;
  json: boolean;
}

export function codexHomeCommand(): Command {
  return new Command('codex-home')
    .summary('write a CODEX_HOME that makes a stock codex a host of a relay')
    .description('Writes auth.json and config.toml into a new folder. Nothing in your own ~/.codex is read or changed.')
    .addOption(relayOption().makeOptionMandatory())
    .requiredOption('--out <dir>', 'the folder to write; it must not hold a CODEX_HOME already')
    .addOption(
      new Option('--forward [host:port]', 'go by a `holdfast forward` that listens there, to a relay elsewhere')
        .argParser(parseListen)
        .preset(FORWARD_LISTEN),
    )
    .addOption(caFileOption())
    .addOption(jsonOption())
    .action(async (flags: CodexHomeFlags) => writeCodexHome(flags));
}

async function writeCodexHome({ relay, out, forward, caFile, json }: CodexHomeFlags): Promise<void> {
  const dir = resolve(out);
  const base = forward === undefined ? relay : baseBy(forward, relay);
  requireLoopback(base, relay);
  const account = accountSource(relay).read();
  if (account === null) throw new CliError(exitCodes.refused, `The account for ${relay} is gone; log in again.`);
  for (const name of ['auth.json', 'config.toml']) {
    if (existsSync(join(dir, name)))
      throw new CliError(
        exitCodes.data,
        `${join(dir, name)} is there already, and was left as it is. Name a new folder with --out.`,
      );
  }
  const egress = openEgress(relay, caFile);
  const credentials = await codexCredentials(relay, account, egress.fetch).finally(() => egress.close());
  writeHome(dir, base, credentials);
  const command = `CODEX_HOME=${dir} codex app-server --remote-control --listen unix://`;
  const trust = caFile === undefined ? '' : ` --ca-file ${resolve(caFile)}`;
  const forwarding =
    forward === undefined ? null : `holdfast forward --relay ${relay} --listen ${new URL(base).host}${trust}`;
  const steps = forwarding === null ? `  ${command}` : `  ${forwarding} &\n  ${command}`;
  createOutput(json).report(
    { codexHome: dir, command, forward: forwarding },
    `Wrote ${dir}. Start a stock codex as a host of ${relay} with:\n${steps}`,
  );
}

/** The relay's base as a forwarder that listens there has it. */
function baseBy({ host, port }: { host: string; port: number }, relay: string): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}${new URL(relay).pathname}`;
}

/** A stock codex refuses any other relay (docs/protocol.md §1), so say it before it does. */
function requireLoopback(base: string, relay: string): void {
  if (isLoopbackHost(new URL(base).hostname)) return;
  throw new CliError(
    exitCodes.usage,
    `A stock codex accepts a relay on this machine only, and ${base} is not. Say --forward, and run \`holdfast forward --relay ${relay}\` beside it.`,
  );
}

function writeHome(
  dir: string,
  relay: string,
  { id_token, access_token, refresh_token, account_id }: Awaited<ReturnType<typeof codexCredentials>>,
): void {
  const auth = {
    OPENAI_API_KEY: null,
    auth_mode: 'chatgpt',
    tokens: { id_token, access_token, refresh_token, account_id },
    last_refresh: new Date().toISOString(),
  };
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  writeFileSync(join(dir, 'auth.json'), `${JSON.stringify(auth, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  const config = `chatgpt_base_url = ${JSON.stringify(relay)}\ncli_auth_credentials_store = "file"\n`;
  writeFileSync(join(dir, 'config.toml'), config, { mode: 0o600, flag: 'wx' });
}
