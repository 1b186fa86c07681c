import { parseScenario, policies, simulate } from '@holdfast/storm';
import type { Fast } from './fast.ts';

const hosts = Number(process.argv[2]);
const scenario = parseScenario(JSON.stringify({ name: 'quiet', about: 'an hour in which nothing happens' }), 'quiet');
const [policy] = policies;
if (policy === undefined) throw new Error('there are no policies');

const { events } = await simulate({ scenario, policy, hosts, seed: 'bench' });
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const fast: Fast = { hosts, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, events, megabytes: maxRSS / 1024 };
process.stdout.write(JSON.stringify(fast));
