export { METRICS_CONTENT_TYPE, MetricsServer, type MetricsServerOptions } from './metrics-server.ts';
export { ProcessMetrics } from './process-metrics.ts';
