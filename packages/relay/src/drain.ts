import type { Doors } from './entrance/doors.ts';
import type { Handshakes } from './links/handshake.ts';
import type { Services } from './services.ts';

export interface DrainOptions {
  readonly services: Pick<Services, 'draining' | 'switchboard' | 'ports' | 'admission' | 'logger'>;
  readonly handshakes: Handshakes;
  readonly doors: Doors;
  /** For requests under way to be answered, and for peers to take leave, in milliseconds. */
  readonly graceMs: number;
}

/**
 * Ends what there is in order: who comes is sent away, what has arrived is stored, each link is told when to come back, requests under
 * way are answered. What has not ended when the grace is over is cut.
 */
export async function drain({ services, handshakes, doors, graceMs }: DrainOptions): Promise<void> {
  const { draining, switchboard, ports, admission, logger } = services;
  logger.info({ links: ports.count, graceMs }, 'relay draining');
  switchboard.drain();
  draining.begin(ports.count, admission.snapshot());
  switchboard.close(() => draining.closeReason());
  let isOver = false;
  const cut = () => {
    isOver = true;
    handshakes.terminate();
    doors.closeAllConnections();
  };
  const grace = setTimeout(cut, graceMs);
  await handshakes.close();
  const closed = doors.close();
  doors.closeIdleConnections();
  if (isOver) cut();
  await closed;
  clearTimeout(grace);
}
