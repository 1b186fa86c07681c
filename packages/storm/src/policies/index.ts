import { ablations } from './ablations.ts';
import { startHoldfast } from './holdfast.ts';
import { awsMemoizeTokens, awsSsoTokens } from './peers/aws.ts';
import { azureTokens } from './peers/azure.ts';
import { codexReconnect, codexTokens } from './peers/codex.ts';
import { googleTokens } from './peers/google.ts';
import { leaseTokens } from './peers/lease-tokens.ts';
import { naiveTokens } from './peers/naive.ts';
import { type PeerPorts, type ReconnectRule, startPeer, type TokenRule } from './peers/peer-host.ts';
import { holdfastReconnect, mcpReconnect, naiveReconnect, natsReconnect, undiciReconnect } from './peers/reconnects.ts';
import { sharedDeadlineTokens } from './peers/shared-deadline.ts';
import type { Policy } from './policy.ts';

function peer(
  name: string,
  title: string,
  source: string,
  tokens: (ports: PeerPorts) => TokenRule,
  reconnect: ReconnectRule = holdfastReconnect,
): Policy {
  return { name, title, source, start: (process) => startPeer(process, tokens, reconnect) };
}

export const holdfast: Policy = {
  name: 'holdfast',
  title: 'Holdfast',
  source: 'packages/lease, packages/host; the classes themselves',
  start: (process) => startHoldfast(process),
};

export const peers: readonly Policy[] = [
  peer('naive', 'a naive host', 'policies/peers/naive.ts', naiveTokens, naiveReconnect),
  peer('shared-deadline', 'one shared deadline', 'policies/peers/shared-deadline.ts', sharedDeadlineTokens),
  peer('codex', 'Codex 0.169.0', 'the stock binary, measured (docs/faults.md)', codexTokens, codexReconnect),
  peer('azure', 'Azure token cycler', '@azure/core-rest-pipeline 1.25.1, util/tokenCycler', azureTokens),
  peer('aws-memoize', 'AWS memoize', '@smithy/core 3.41.0, config/property-provider/memoize', awsMemoizeTokens),
  peer('aws-sso', 'AWS fromSso', '@aws-sdk/token-providers 3.1175.0, fromSso', awsSsoTokens),
  peer('google', 'Google auth library', 'google-auth-library 11.3.4, auth/oauth2client; gaxios 8.3.3', googleTokens),
  peer('undici', 'undici EventSource', 'undici 8.13.1, web/eventsource; with the lease', leaseTokens, undiciReconnect),
  peer('nats', 'nats.js', '@nats-io/nats-core 3.4.0, options; with the lease', leaseTokens, natsReconnect),
  peer(
    'mcp',
    'MCP SDK',
    '@modelcontextprotocol/sdk 1.32.2, client/streamableHttp; with the lease',
    leaseTokens,
    mcpReconnect,
  ),
];

/** All that there are, the real one first. */
export const policies: readonly Policy[] = [holdfast, ...peers, ...ablations];
