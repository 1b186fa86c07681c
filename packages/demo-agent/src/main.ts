#!/usr/bin/env node
import { readLines } from './lines.ts';
import { Session } from './session.ts';

process.stdout.on('error', () => process.exit(0)); // nobody reads any more

const session = new Session((line) => process.stdout.write(line));
for await (const line of readLines(process.stdin)) session.receive(line);
session.close();
