import type { ServiceDefinition } from './definition.ts';

/** Exit codes that no restart mends: a wrong command line, a Node that is too old. */
const FINAL_EXIT_CODES = '2 78';

/**
 * Whatever an agent does, the host's unit has to allow: it reads and writes where its user may, starts compilers and sandboxes of its own. So
 * only what takes nothing from a user is taken from it. A relay and a forwarder do one thing.
 */
const OF_AN_AGENT = ['NoNewPrivileges=yes', 'OOMPolicy=continue'];
const OF_A_SERVER = [
  'NoNewPrivileges=yes',
  'UMask=0077',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictNamespaces=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'SystemCallArchitectures=native',
];

/** A unit of the user's own systemd. */
export function systemdUnit({
  program,
  description,
  command,
  workingDirectory,
  environment,
}: ServiceDefinition): string {
  return [
    `# Written by \`holdfast service install\`; \`holdfast service uninstall ${program}\` removes it.`,
    `# To change it and keep the change: systemctl --user edit holdfast-${program}`,
    '[Unit]',
    `Description=${description}`,
    '# Never give up: deadlines outlive a restart, so a restart costs the relay nothing.',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${command.map((word) => quoted(word.replaceAll('$', '$$$$'))).join(' ')}`,
    `WorkingDirectory=${workingDirectory.replaceAll('%', '%%')}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    'Restart=always',
    'RestartSec=5',
    `RestartPreventExitStatus=${FINAL_EXIT_CODES}`,
    '# The program ends what it started, and has 6 s for that; what is left then is ended by force.',
    'KillMode=mixed',
    'TimeoutStopSec=15',
    ...(program === 'host' ? OF_AN_AGENT : OF_A_SERVER),
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n');
}

/** One word, in which a `$` is nothing special but in a command line, where it is doubled. */
function quoted(word: string): string {
  return `"${word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('\n', '\\n')}"`;
}
