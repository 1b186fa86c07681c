import { isLoopbackHost, normalizeBase } from '@holdfast/wire';
import { InvalidArgumentError, Option } from 'commander';
import { type LevelWithSilent, type Logger, pino } from 'pino';

/** HOST:PORT, [IPV6]:PORT, or PORT alone for loopback. */
export function parseListen(text: string): { host: string; port: number } {
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:[\]]+):)?(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new InvalidArgumentError('It has the form HOST:PORT, such as 127.0.0.1:7420; port 0 picks a free one.');
  }
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

export function parseRelay(text: string): string {
  try {
    return normalizeBase(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

export function wholeNumber(least: number, most: number, unit: string): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= least && count <= most) return count;
    throw new InvalidArgumentError(`It is a whole number of ${unit} from ${least} to ${most}.`);
  };
}

/** Where others reach a relay: scheme, name and port, and nothing behind them. */
function parsePublicUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    throw new InvalidArgumentError('It has the form https://relay.example.org, with nothing behind the name or port.');
  }
  return url.origin;
}

function parseProxies(text: string): number {
  const proxies = Number(text);
  if (!Number.isInteger(proxies) || proxies < 0 || proxies > 10) {
    throw new InvalidArgumentError('It is how many proxies stand in front, from 0 to 10.');
  }
  return proxies;
}

const LOG_LEVELS: readonly LevelWithSilent[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const relayOption = () =>
  new Option('--relay <base>', 'the relay, such as http://127.0.0.1:7420').argParser(parseRelay);
export const relayDataOption = () =>
  new Option(
    '--data <dir>',
    "the relay's data folder, or that of `up` (default: relay in $HOLDFAST_HOME or the XDG state folder)",
  );
export const publicUrlOption = () =>
  new Option('--public-url <url>', 'what it is known as, such as https://relay.example.org').argParser(parsePublicUrl);
export const trustProxyOption = () =>
  new Option('--trust-proxy [proxies]', 'how many proxies of yours stand in front; each tells whom it was asked by')
    .argParser(parseProxies)
    .preset('1')
    .default(0);
export const caFileOption = () =>
  new Option('--ca-file <file>', 'certificates (PEM) of authorities to trust beside those that Node does');
function parseLoopback(text: string): { host: string; port: number } {
  const listen = parseListen(text);
  if (isLoopbackHost(listen.host)) return listen;
  throw new InvalidArgumentError(
    'It is on loopback alone, such as 127.0.0.1:9464; a scraper elsewhere needs a tunnel.',
  );
}

export const metricsOption = () =>
  new Option('--metrics <host:port>', 'serve metrics for Prometheus there, on loopback').argParser(parseLoopback);
export const jsonOption = () => new Option('--json', 'one JSON object a line, for machines').default(false);
export const logLevelOption = () =>
  new Option('--log-level <level>', 'what to log, as JSON lines on stderr').choices(LOG_LEVELS);

/** Logs go to stderr, so that stdout stays what a command reports. */
export function createLogger(level: LevelWithSilent): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
