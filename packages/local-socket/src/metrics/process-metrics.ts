import { performance } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * The process, under the names that prom-client's own have. Those keep a timer running a hundred times a second to watch the event loop;
 * an idle host should not wake up for that, so these look only when somebody asks.
 */
export class ProcessMetrics {
  readonly #cpu: Counter<'mode'>;
  readonly #resident: Gauge;
  readonly #heap: Gauge;
  readonly #started: Gauge;
  readonly #lag: Gauge;
  readonly #busy: Gauge;
  #lastLook = performance.eventLoopUtilization();

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
    this.#cpu = new Counter({
      name: 'process_cpu_seconds_total',
      help: 'CPU time of the process.',
      labelNames: ['mode'],
      registers,
    });
    this.#resident = gauge('process_resident_memory_bytes', 'Memory of the process.');
    this.#heap = gauge('nodejs_heap_size_used_bytes', 'Of which the JavaScript heap uses.');
    this.#started = gauge('process_start_time_seconds', 'When the process started.');
    this.#lag = gauge('nodejs_eventloop_lag_seconds', 'How long the event loop took to come to this question.');
    this.#busy = gauge(
      'nodejs_eventloop_utilization',
      'The share of time it was busy since the last question, 0 to 1.',
    );
  }

  async look(): Promise<void> {
    const askedAt = performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    this.#lag.set((performance.now() - askedAt) / 1000);
    const now = performance.eventLoopUtilization();
    this.#busy.set(performance.eventLoopUtilization(now, this.#lastLook).utilization);
    this.#lastLook = now;
    const { user, system } = process.cpuUsage();
    this.#cpu.reset();
    this.#cpu.inc({ mode: 'user' }, user / 1e6);
    this.#cpu.inc({ mode: 'system' }, system / 1e6);
    const { rss, heapUsed } = process.memoryUsage();
    this.#resident.set(rss);
    this.#heap.set(heapUsed);
    this.#started.set(performance.timeOrigin / 1000);
  }
}
