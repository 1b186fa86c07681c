#!/usr/bin/env node
// Plain JavaScript that any Node can parse, so that an old one gets a sentence instead of a syntax error.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  process.stderr.write(
    `holdfast needs Node 24.12 or newer; this is Node ${process.versions.node} (${process.execPath}). Inside the checkout, \`npm start\` and \`npx holdfast\` bring their own.\n`,
  );
  process.exitCode = 78;
} else {
  // published it is JavaScript; in the checkout Node runs the TypeScript
  const built = new URL('../src/main.js', import.meta.url);
  const { main } = await import(existsSync(built) ? built : new URL('../src/main.ts', import.meta.url));
  await main(process.argv.slice(2));
}
