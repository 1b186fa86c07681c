// The relay, as `holdfast relay` runs it, in a process of its own; bounded where the bench needs it wider.
import { pino } from 'pino';
import { type Relay, startRelay } from '../../packages/relay/src/index.ts';
import { serve } from '../common/ipc.ts';
import { answerGauge, type GaugeQuestion } from './gauges.ts';

/** A crowd comes from one address here, and mail piles up for as long as the bench lets it. */
const bounds = {
  connections: 20_000,
  connectionsPerAddress: 20_000,
  requestsPerMinute: 10_000_000,
  streamFrames: 10_000_000,
  destFrames: 10_000_000,
  streamBytes: 8 * 1024 ** 3,
  destBytes: 8 * 1024 ** 3,
};

export interface StartedRelay {
  readonly base: string;
  readonly port: number;
  readonly accountId: string;
  readonly accountToken: string;
}

export type RelayQuestion =
  | GaugeQuestion
  | {
      readonly ask: 'start';
      readonly dataDir: string;
      readonly port: number;
      readonly tokenLifeMs?: number | undefined;
    }
  | { readonly ask: 'stop' };

let relay: Relay | undefined;

serve(async (question: RelayQuestion) => {
  switch (question.ask) {
    case 'start': {
      const { dataDir, port, tokenLifeMs = 3600_000 } = question;
      const logger = pino({ level: 'warn' }, pino.destination(2));
      relay = await startRelay({
        dataDir,
        listen: { host: '127.0.0.1', port },
        tokenLifeMs,
        drills: 'operator',
        bounds,
        logger,
      });
      const { base, accountId } = relay;
      const started: StartedRelay = {
        base,
        port: Number(new URL(base).port),
        accountId,
        accountToken: relay.mintAccountToken(),
      };
      return started;
    }
    case 'stop':
      return relay?.close();
    default:
      return answerGauge(question);
  }
});
