import { reconnectDelay } from '@holdfast/host/rules';
import type { ReconnectRule } from './peer-host.ts';

/** The host's own, for peers that have a token rule and no link. */
export const holdfastReconnect: ReconnectRule = {
  delay: (failures, random) => reconnectDelay(failures, random),
};

/** A second more after each failure, up to 30 s, the same for all: a host as it is first written. */
export const naiveReconnect: ReconnectRule = {
  delay: (failures) => Math.min(30_000, 1_000 * 2 ** failures),
};

/** undici 8.13.1, web/eventsource: 3 s, always. */
export const undiciReconnect: ReconnectRule = { delay: () => 3_000 };

/** @nats-io/nats-core 3.4.0, options (reconnectTimeWait, reconnectJitterTLS). Without its limit of ten tries, which ends a host for good. */
export const natsReconnect: ReconnectRule = { delay: (_failures, random) => 2_000 + Math.floor(random() * 1_001) };

/** @modelcontextprotocol/sdk 1.32.2, client/streamableHttp. Without its limit of two tries, likewise. */
export const mcpReconnect: ReconnectRule = { delay: (failures) => Math.min(30_000, 1_000 * 1.5 ** failures) };
