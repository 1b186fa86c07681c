import { extname, join } from 'node:path';

/**
 * The program, to be run by Node: `node <demoAgentPath>`. It speaks newline-delimited JSON-RPC on stdin and stdout.
 * TypeScript in a checkout, JavaScript once it is built, like this file.
 */
export const demoAgentPath: string = join(import.meta.dirname, `main${extname(import.meta.filename)}`);
