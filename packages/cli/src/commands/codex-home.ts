import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isLoopbackHost } from '@holdfast/wire';
import { Command } from 'commander';
import { accountSource } from '../account-source.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { jsonOption, relayOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { codexCredentials } from '../relay-account.ts';

export function codexHomeCommand(): Command {
  return new Command('codex-home')
    .summary('write a CODEX_HOME that makes a stock codex a host of a relay')
    .description('Writes auth.json and config.toml into a new folder. Nothing in your own ~/.codex is read or changed.')
    .addOption(relayOption().makeOptionMandatory())
    .requiredOption('--out <dir>', 'the folder to write; it must not hold a CODEX_HOME already')
    .addOption(jsonOption())
    .action(async ({ relay, out, json }: { relay: string; out: string; json: boolean }) => {
      const dir = resolve(out);
      requireLoopback(relay);
      const account = accountSource(relay).read();
      if (account === null) throw new CliError(exitCodes.refused, `The account for ${relay} is gone; log in again.`);
      for (const name of ['auth.json', 'config.toml']) {
        if (existsSync(join(dir, name)))
          throw new CliError(
            exitCodes.data,
            `${join(dir, name)} is there already, and was left as it is. Name a new folder with --out.`,
          );
      }
      const credentials = await codexCredentials(relay, account, fetch);
      writeHome(dir, relay, credentials);
      const command = `CODEX_HOME=${dir} codex app-server --remote-control --listen unix://`;
      createOutput(json).report(
        { codexHome: dir, command },
        `Wrote ${dir}. Start a stock codex as a host of ${relay} with:\n  ${command}`,
      );
    });
}

/** A stock codex refuses any other relay (docs/protocol.md §1), so say it before it does. */
function requireLoopback(relay: string): void {
  if (isLoopbackHost(new URL(relay).hostname)) return;
  throw new CliError(
    exitCodes.usage,
    `A stock codex accepts a relay on this machine only, and ${relay} is not. Reach it through a forwarder on loopback, an SSH tunnel for example: ssh -L 7420:127.0.0.1:7420 ${new URL(relay).hostname}`,
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
