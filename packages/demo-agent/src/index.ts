import { fileURLToPath } from 'node:url';

/** The program, to be run by Node: `node <demoAgentPath>`. It speaks newline-delimited JSON-RPC on stdin and stdout. */
export const demoAgentPath: string = fileURLToPath(new URL('./main.ts', import.meta.url));
