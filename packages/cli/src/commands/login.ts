import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { isCancel, password } from '@clack/prompts';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { openEgress } from '../open-egress.ts';
import { caFileOption, jsonOption, relayOption } from '../options.ts';
import { createOutput } from '../output.ts';
import { places, stateHome } from '../places.ts';
import { whoseToken } from '../relay-account.ts';

export function loginCommand(): Command {
  return new Command('login')
    .summary("keep a relay's account token on this machine")
    .description(
      'Reads an account token from stdin, or asks for it without showing it, checks it with the relay and keeps it, readable by you alone. On stdin it takes the token, or what `holdfast account token --json` prints.',
    )
    .addOption(relayOption().makeOptionMandatory())
    .addOption(caFileOption())
    .addOption(jsonOption())
    .action(async ({ relay, caFile, json }: { relay: string; caFile?: string; json: boolean }) => {
      const egress = openEgress(relay, caFile);
      const accountToken = tokenIn(process.stdin.isTTY ? await askForToken() : await readAll(process.stdin));
      const accountId = await whoseToken(relay, accountToken, egress.fetch).finally(() => egress.close());
      const path = places.account(stateHome(), relay);
      keep(path, { accountId, accountToken });
      createOutput(json).report(
        { relay, accountId, path },
        `Logged in to ${relay} as ${accountId}. The token is kept in ${path}`,
      );
    });
}

async function askForToken(): Promise<string> {
  const answer = await password({ message: 'Account token (from `holdfast account token`)' });
  if (isCancel(answer)) throw new CliError(exitCodes.failed, 'Nothing was changed.');
  return answer;
}

function tokenIn(typed: string): string {
  const text = typed.trim();
  const token = text.startsWith('{') ? memberOf(text) : text;
  if (/^[\x21-\x7e]{1,8192}$/.test(token)) return token;
  throw new CliError(
    exitCodes.usage,
    text === '' ? 'No token came on stdin.' : 'That is not an account token: one line of visible ASCII was expected.',
  );
}

function memberOf(json: string): string {
  try {
    const value = JSON.parse(json) as { accountToken?: unknown }; // an object, by its first character
    return typeof value.accountToken === 'string' ? value.accountToken : '';
  } catch {
    return '';
  }
}

function keep(path: string, value: object): void {
  const fresh = `${path}.${process.pid}.new`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(fresh, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600); // the file may have been there, with another mode
  renameSync(fresh, path);
}
