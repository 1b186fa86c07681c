import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Weather } from './weather.ts';

const MAX_QUEUED_BYTES = 1024 * 1024;
/** A slow pipe writes this often, in milliseconds. */
const DRIP_MS = 20;

/** Carries bytes one way, in order, through the weather; it passes on the end of the stream and a failure as what they were. */
export function pipe(from: Socket, to: Socket, weather: Weather): void {
  const queue: { readonly chunk: Buffer; readonly due: number }[] = [];
  let queued = 0;
  let ended = false;
  let writing = false;

  const write = async () => {
    if (writing) return;
    writing = true;
    for (let head = queue.shift(); head !== undefined; head = queue.shift()) {
      await weather.wait(head.due - performance.now());
      await writeThrough(head.chunk, to, weather);
      queued -= head.chunk.length;
      if (queued < MAX_QUEUED_BYTES) from.resume();
    }
    writing = false;
    if (ended && !to.destroyed) to.end();
  };

  from.on('data', (chunk: Buffer) => {
    queue.push({ chunk, due: performance.now() + weather.latencyMs });
    queued += chunk.length;
    if (queued >= MAX_QUEUED_BYTES) from.pause();
    void write();
  });
  from.on('end', () => {
    ended = true;
    void write();
  });
  from.on('close', (failed) => {
    if (failed) to.resetAndDestroy();
    else if (!ended) to.destroy();
  });
}

async function writeThrough(chunk: Buffer, to: Socket, weather: Weather): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    await weather.untilMoving();
    if (to.destroyed) return;
    const rate = weather.bytesPerSecond;
    const size = rate === undefined ? chunk.length - at : Math.max(1, Math.floor((rate * DRIP_MS) / 1000));
    const flushed = to.write(chunk.subarray(at, at + size));
    at += size;
    if (rate !== undefined) await weather.wait((size * 1000) / rate);
    // A close ends the wait too: what nobody reads any more is dropped.
    if (!flushed && !to.destroyed) await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => {});
  }
}
