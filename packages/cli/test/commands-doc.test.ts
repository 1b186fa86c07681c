import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Command } from 'commander';
import { program } from '../src/main.ts';

const doc = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8');

/** Each command with its full name, those that only group others left out. */
function commandsBelow(command: Command, name: string): [string, Command][] {
  return command.commands.flatMap((child): [string, Command][] => {
    const full = `${name} ${child.name()}`;
    return [[full, child], ...commandsBelow(child, full)];
  });
}

/** Told once for all commands. */
const COMMON = ['--json', '--log-level', '--help'];
const commands = commandsBelow(await program(), '');

function sectionOf(name: string): string {
  const [top = ''] = name.trim().split(' ');
  return doc.split(/^## /m).find((section) => new RegExp(`\\b${top}\\b`).test(section.split('\n', 1)[0] ?? '')) ?? '';
}

test('docs/commands.md has a section for every command, that names what is below it', () => {
  const missing = commands.filter(([name, command]) => !new RegExp(`\\b${command.name()}\\b`).test(sectionOf(name)));
  assert.deepEqual(
    missing.map(([name]) => name),
    [],
  );
});

test('docs/commands.md has every option, in the section of its command', () => {
  const missing = commands.flatMap(([name, { options }]) => {
    const section = sectionOf(name);
    const names = options.map(({ long }) => long ?? '').filter((long) => !COMMON.includes(long));
    return names.filter((long) => !section.includes(long)).map((long) => `${name} ${long}`);
  });
  assert.deepEqual(missing, []);
});
